using EShop.Tests.Payments;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G12: what is paid after its order was canceled or had expired goes back once, and the shelf does not hear of it.</summary>
public sealed class G12PaidTooLateTests(Shop shop)
{
    [Theory]
    [InlineData("requested")]
    [InlineData("expired")]
    public async Task A_charge_of_an_order_that_has_ended_goes_back_once_and_the_stock_is_untouched(string reason)
    {
        var order = await shop.Order();
        var intent = (await order.Pay(method: null).Ok()).Intent();
        // What only a fault of Stripe's could do after it had canceled the intent: the order has ended, its goods are back, and the card is charged.
        await shop.PaymentSql(
            "UPDATE payments SET status = 'canceled', history = history || jsonb_build_array(jsonb_build_object('status', 'canceled', 'at', '2026-11-24T12:00:00Z', 'reason', $2::text)), version = version + 1 WHERE order_id = $1",
            order.Id, reason);
        var before = await order.Stock();

        await shop.Confirm(intent);
        await Eventually.Get(() => shop.Ledger(order), ledger => ledger == (1, 1, 1250L, 1250L), what: "the charge goes back");
        await shop.PaymentSql("UPDATE payments SET read_at = now() WHERE order_id = $1", order.Id);
        await Eventually.True(async () => await shop.PaymentSql("UPDATE payments SET attempts = attempts WHERE order_id = $1 AND read_at IS NULL", order.Id) == 1, what: "it was looked at once more");

        var ended = await order.Get().Ok();
        Assert.Equal(("canceled", 12.50m), (ended.Text("status"), ended.GetProperty("refundedAmount").GetDecimal()));
        Assert.Equal((1, 1, 1250L, 1250L), await shop.Ledger(order));
        Assert.Equal(before, await order.Stock());
        foreach (var type in new[] { "payment.succeeded", "payment.refunded" })
            Assert.Empty(await shop.Told(order, type));
    }
}
