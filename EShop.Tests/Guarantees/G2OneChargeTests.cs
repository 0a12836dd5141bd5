using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G2: a paid order has exactly one succeeded charge and an unpaid one none, by the sandbox's own ledger, whatever is killed. Alone on the machine: a rush is a load, and beside
/// other tests it would measure those.</summary>
[Collection(nameof(Alone))]
public sealed class G2OneChargeTests(KilledRush killed)
{
    [Fact]
    public async Task Killing_one_process_after_the_other_charges_each_paid_order_once_and_no_other_and_loses_no_piece()
    {
        var rush = await killed.RunAsync();

        rush.EachHasEnded();
        rush.EachHasEndedInTime();
        await rush.NoPieceIsLost();
        await rush.EachPaidOrderIsChargedOnce();
    }
}
