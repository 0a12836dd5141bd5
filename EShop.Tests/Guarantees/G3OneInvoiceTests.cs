using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G3: a paid order has exactly one invoice and each of its refunds exactly one credit note, Payment's books joined with Bill's, within a minute of the last restart.</summary>
[Collection(nameof(Alone))]
public sealed class G3OneInvoiceTests(KilledRush killed)
{
    [Fact]
    public async Task Kills_and_an_emptied_broker_amid_refunds_and_asking_banks_leave_one_invoice_an_order_and_one_credit_note_a_refund()
    {
        var rush = await killed.RunAsync();

        await rush.EachPaidOrderHasOneInvoice();
        await rush.LeaveUndrawn();
        Assert.Contains(rush.Purchases, purchase => purchase.Returned > 0);
        Assert.Contains(rush.Purchases, purchase => purchase is { Returned: 0, Refunded: > 0 });
    }
}
