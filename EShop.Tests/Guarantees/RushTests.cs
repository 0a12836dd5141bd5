using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G1, G2, G3 in their short form, without kills. Alone on the machine: a rush is a load, and beside other tests it would measure those.</summary>
[Collection(nameof(Alone))]
public sealed class RushTests(Shop shop)
{
    [Fact]
    public async Task Sixteen_clients_after_what_runs_out_get_exactly_what_was_there()
    {
        var rush = await Rush.Prepare(shop, products: 5, stock: 50, clients: 16);
        await rush.Run(purchases: 200, mayEnd: () => true);

        await rush.NothingIsLostAndNothingTwice();
        Assert.Contains(rush.Purchases, purchase => purchase.Status == "rejected");
    }
}
