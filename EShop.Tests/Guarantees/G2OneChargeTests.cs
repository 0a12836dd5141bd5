using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G2: a paid order has exactly one succeeded charge and an unpaid one none, by the sandbox's own ledger, whatever is killed. Alone on the machine: a rush is a load, and beside
/// other tests it would measure those.</summary>
[Collection(nameof(Alone))]
public sealed class G2OneChargeTests(Shop shop)
{
    [Fact]
    public async Task Killing_one_process_after_the_other_loses_nothing_and_does_nothing_twice()
    {
        var rush = await Rush.Prepare(shop, products: 5, stock: 150, clients: 16);

        await Kills.Amid(shop, mayEnd => rush.Run(purchases: 300, mayEnd));

        await rush.NothingIsLostAndNothingTwice();
    }
}
