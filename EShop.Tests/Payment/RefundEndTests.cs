using System.Text.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>How a refund ends is the bank's business: later than it was asked for, or badly after all.</summary>
public sealed class RefundEndTests(Shop shop)
{
    [Fact]
    public async Task A_refund_counts_once_Stripe_says_that_it_succeeded()
    {
        var order = await Paid("pm_card_pendingRefund");

        var pending = await order.Cancel().Ok();
        var again = await order.Cancel().Ok();

        Assert.Equal(("succeeded", true, 0m), Shown(pending));
        Assert.Equal(("succeeded", true, 0m), Shown(again));
        await shop.Refund(order, amount: 1).Is(409, "refund-exceeds");
        Assert.Empty(await shop.Told(order, "payment.refunded"));

        await shop.Bank($"refunds/{await shop.RefundOf(order)}", new { status = "succeeded" });

        Assert.Equal(("refunded", false, 12.50m), Shown(await order.Becomes("refunded")));
        Assert.Equal((1, 1, 1250L, 1250L), await shop.Ledger(order));
        Assert.Single(await shop.Told(order, "payment.refunded"));
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));
    }

    [Fact]
    public async Task A_refund_that_fails_leaves_the_order_paid_and_can_be_asked_for_again()
    {
        var order = await Paid("pm_card_pendingRefund");
        await shop.Refund(order, quantity: 1).Ok();

        var first = await shop.RefundOf(order);
        await shop.Bank($"refunds/{first}", new { status = "failed" });

        await Eventually.Get(() => order.Get().Ok(), payment => Shown(payment) == ("succeeded", false, 0m));
        Assert.Equal([("refund_failed", first)], await shop.Concerns(order));
        Assert.Empty(await shop.Told(order, "payment.refunded"));
        Assert.Equal((4, 0, 4), await order.Stock());

        await shop.Refund(order, quantity: 1).Ok();
        await shop.Bank($"refunds/{await shop.RefundOf(order)}", new { status = "succeeded" });

        await order.Becomes("refunded");
        Assert.Equal((1, 1, 1250L, 1250L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_refund_that_fails_after_it_had_succeeded_shows_in_the_amount_and_its_replacement_is_told_to_nobody()
    {
        var order = await Paid("pm_card_refundFail");
        Assert.Equal(("refunded", false, 12.50m), Shown(await order.Cancel().Ok()));
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));

        var first = await shop.RefundOf(order);
        await shop.Bank($"refunds/{first}", new { status = "failed" });

        await Eventually.Get(() => order.Get().Ok(), payment => Shown(payment) == ("refunded", false, 0m));
        Assert.Equal([("refund_failed", first)], await shop.Concerns(order));

        await shop.Refund(order, quantity: 1).Is(409, "refund-exceeds"); // The goods are back already.
        Assert.Equal(("refunded", false, 12.50m), Shown(await shop.Refund(order, amount: 12.50m).Ok()));

        Assert.Equal((1, 1, 1250L, 1250L), await shop.Ledger(order));
        Assert.Single(await shop.Told(order, "payment.refunded"));
        Assert.Equal((5, 0, 5), await order.Stock());
    }

    [Fact]
    public async Task A_charge_of_an_order_that_had_ended_is_sent_back_once_and_nobody_is_told()
    {
        var order = await shop.Order();
        var intent = (await order.Pay(method: null).Ok()).Intent();
        // What only a fault of Stripe's could do after it had canceled the intent: the order has ended, and the card is charged.
        await shop.PaymentSql(
            """UPDATE payments SET status = 'canceled', history = history || '[{"status":"canceled","at":"2026-11-24T12:00:00Z","reason":"expired"}]', version = version + 1 WHERE order_id = $1""", order.Id);

        await shop.Confirm(intent);

        var ended = await Eventually.Get(() => order.Get().Ok(), payment => Shown(payment) == ("canceled", false, 12.50m));
        Assert.Equal(["awaiting_stock", "awaiting_payment", "canceled"], ended.Steps());
        Assert.Equal((1, 1, 1250L, 1250L), await shop.Ledger(order));
        foreach (var type in new[] { "payment.succeeded", "payment.refunded" })
            Assert.Empty(await shop.Told(order, type));
        Assert.Equal((5, 1, 4), await order.Stock());

        // Read as often as you like: it is sent back once, also where the bank can't take it.
        await shop.Bank($"refunds/{await shop.RefundOf(order)}", new { status = "failed" });
        await Eventually.True(async () => (await shop.Concerns(order)).Count == 1);
        await shop.PaymentSql("UPDATE payments SET read_at = now() WHERE order_id = $1", order.Id);
        await Eventually.True(async () => await shop.PaymentSql(
            "UPDATE payments SET attempts = attempts WHERE order_id = $1 AND read_at IS NULL AND NOT EXISTS (SELECT FROM operations WHERE operations.order_id = payments.order_id)", order.Id) == 1);
        Assert.Equal(("canceled", false, 0m), Shown(await order.Get().Ok()));
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_refund_made_at_Stripe_itself_is_taken_into_the_books_without_the_goods()
    {
        var order = await Paid("pm_card_visa");

        await shop.Stripe($"/v1/refunds", ("payment_intent", await shop.IntentOf(order)), ("amount", "500"));

        Assert.Equal(("partially_refunded", false, 5m), Shown(await order.Becomes("partially_refunded")));
        var told = Assert.Single(await shop.Told(order, "payment.refunded"));
        Assert.Equal((500L, false, JsonValueKind.Null), (told.GetProperty("amount").GetInt64(), told.GetProperty("restock").GetBoolean(), told.GetProperty("lines").ValueKind));
        Assert.Equal([("refund_made_at_stripe", await shop.RefundOf(order))], await shop.Concerns(order));
        Assert.Equal((4, 0, 4), await order.Stock());

        Assert.Equal(("refunded", false, 12.50m), Shown(await order.Cancel().Ok()));
        Assert.Equal((1, 1, 1250L, 1250L), await shop.Ledger(order));
    }

    private static (string? Status, bool IsPending, decimal Refunded) Shown(JsonElement payment) =>
        (payment.Text("status"), payment.GetProperty("refundPending").ValueKind == JsonValueKind.True, payment.GetProperty("refundedAmount").GetDecimal());

    private async Task<Placed> Paid(string method)
    {
        var order = await shop.Order();
        await order.Pay(method).Ok();
        await Eventually.True(async () => await order.Stock() == (4, 0, 4));
        return order;
    }
}
