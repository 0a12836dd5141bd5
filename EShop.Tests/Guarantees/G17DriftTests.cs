using System.Text.Json;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G17: what drifted is found. What was lost here is found in Stripe's records, and made right within one look.</summary>
[Collection(nameof(Troubled))]
public sealed class G17DriftTests(Shop shop) : IAsyncLifetime
{
    private static readonly TimeSpan OneLook = TimeSpan.FromSeconds(40);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => new(shop.Client("stripe").DeleteAsync("/sandbox/faults", CancellationToken.None));

    [Fact]
    public async Task A_paid_order_whose_row_is_lost_is_paid_again_in_the_books_and_charged_once()
    {
        var order = await shop.Order(quantity: 2);
        await order.Pay().Ok();
        await shop.Refund(order, quantity: 1).Ok();
        await Eventually.True(async () => await order.Stock() == (4, 0, 4));
        var before = await Eventually.Get(() => order.Get().Ok(), payment => payment.Text("invoiceId") is not null);
        Assert.Equal(1, await shop.PaymentSql("DELETE FROM payments WHERE order_id = $1", order.Id));
        await order.Get().Is(404, "not-found");

        await shop.Reconcile();

        var after = await Eventually.Get(() => order.Get().Ok(), payment => payment.Text("status") == "partially_refunded" && payment.Text("invoiceId") is not null, OneLook);
        foreach (var member in new[] { "invoiceId", "amount", "refundedAmount", "currency", "lines", "paymentMethod", "refundPending" })
            Assert.Equal(before.GetProperty(member).GetRawText(), after.GetProperty(member).GetRawText());
        Assert.Equal((1, 1, 2500L, 1250L), await shop.Ledger(order));
        Assert.Equal((4, 0, 4), await order.Stock());
        Assert.Equal(1, await Invoices(order));
        await shop.Refund(order, amount: 12.51m).Is(409, "refund-exceeds");
    }

    [Fact]
    public async Task A_refund_that_is_read_before_its_order_is_known_again_is_counted_with_it()
    {
        var order = await shop.Order(quantity: 2);
        await order.Pay().Ok();
        await shop.Refund(order, quantity: 1).Ok();
        var intent = await shop.IntentOf(order);
        // At once: in between, what Stripe tells of the refund would make a row of its own.
        await using (var database = await shop.Database("paymentdb"))
        await using (var lost = new NpgsqlBatch(database)
        {
            BatchCommands =
            {
                new("DELETE FROM payments WHERE order_id = $1") { Parameters = { new() { Value = order.Id } } },
                new("INSERT INTO payments (order_id, status, history, refunded_amount, refunding_amount, attempts, version, intent_id, read_at) VALUES ($1, 'awaiting_stock', '[]', 0, 0, 0, 0, $2, now())")
                {
                    Parameters = { new() { Value = order.Id }, new() { Value = intent } },
                },
            },
        })
            await lost.ExecuteNonQueryAsync(Stop);

        await Eventually.True(async () => await shop.PaymentSql("UPDATE payments SET intent_id = intent_id WHERE order_id = $1 AND (read_at IS NULL OR version > 0)", order.Id) == 1, what: "it was read");

        await shop.Reconcile();

        await Eventually.Get(() => order.Get().Ok(), payment => payment.Text("status") == "partially_refunded", OneLook);
        Assert.Equal((1, 1, 2500L, 1250L), await shop.Ledger(order));
    }

    [Fact]
    public async Task An_order_canceled_at_Stripe_whose_row_is_lost_is_canceled_again_for_the_same_reason()
    {
        var order = await shop.Order();
        await order.Pay(method: null).Ok();
        await order.Cancel().Ok();
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));
        await shop.PaymentSql("DELETE FROM payments WHERE order_id = $1", order.Id);

        await shop.Reconcile();

        var after = await Eventually.Get(() => order.Get().Ok(), payment => payment.Text("status") == "canceled", OneLook);
        Assert.Equal("requested", after.GetProperty("history").EnumerateArray().Last().Text("reason"));
        Assert.Equal((5, 0, 5), await order.Stock());
    }

    [Fact]
    public async Task What_no_webhook_told_is_found()
    {
        var (paid, refunded, disputed) = (await shop.Order(), await shop.Order(), await shop.Order());
        var intent = (await paid.Pay(method: null).Ok()).Intent();
        await refunded.Pay().Ok();
        await disputed.Pay().Ok();
        await shop.StripeFault(new { webhooks = "off" });
        await shop.Confirm(intent);
        await shop.Stripe("/v1/refunds", ("payment_intent", await shop.IntentOf(refunded)));
        await shop.Bank("disputes", new { paymentIntent = await shop.IntentOf(disputed) });
        // A page that fails is no reason to find nothing.
        await shop.StripeFault(new { path = "/v1/payment_intents", method = "GET", when = "before", drop = true });
        await shop.StripeFault(new { path = "/v1/refunds", method = "GET", status = 500, calls = 2 });
        await shop.StripeFault(new { path = "/v1/disputes", method = "GET", status = 429 });

        await shop.Reconcile();
        Assert.Empty(await shop.StripeFaults());

        await Eventually.Get(() => paid.Get().Ok(), payment => payment.Text("status") == "succeeded", OneLook);
        await refunded.Becomes("refunded");
        await Eventually.True(async () => (await shop.Concerns(disputed)).Any(concern => concern.Kind == "dispute"));
        Assert.Single(await shop.Told(refunded, "payment.refunded"));
    }

    [Fact]
    public async Task An_event_whose_row_is_lost_is_told_again()
    {
        var order = await shop.Order(quantity: 3);
        await order.Pay().Ok();
        await shop.Refund(order, quantity: 1).Ok();
        await shop.Refund(order, amount: 5).Ok();
        await Eventually.True(async () => await Invoices(order, "credit_note") == 2 && await order.Stock() == (3, 0, 3));
        var refunds = await shop.Told(order, "payment.refunded");
        Assert.Equal(3, await shop.PaymentSql("DELETE FROM outbox WHERE subject = $1 AND type IN ('payment.succeeded', 'payment.refunded')", order.Id.ToString()));

        await shop.Reconcile();

        var told = await Eventually.Get(() => shop.Told(order, "payment.succeeded"), events => events.Count == 1, OneLook);
        Assert.StartsWith("ch_", told[0].Text("chargeId"), StringComparison.Ordinal);
        var again = await Eventually.Get(() => shop.Told(order, "payment.refunded"), events => events.Count == 2, OneLook);
        Assert.Equivalent(refunds.Select(refund => refund.GetRawText()), again.Select(refund => refund.GetRawText()));
        // Once they have all heard it again, nothing is different.
        await Eventually.True(async () => await Heard(order, "billdb") && await Heard(order, "productsdb"));
        Assert.Equal((1, 2), (await Invoices(order), await Invoices(order, "credit_note")));
        Assert.Equal((3, 0, 3), await order.Stock());
    }

    [Fact]
    public async Task What_reading_does_not_make_right_is_shown_to_a_person_and_gone_once_it_is_right()
    {
        var order = await shop.Order();
        var paid = await order.Pay().Ok();
        var intent = await shop.IntentOf(order);
        await shop.PaymentSql("UPDATE payments SET intent_id = 'pi_nobody_has' WHERE order_id = $1", order.Id);

        for (var look = 0; look < 2; look++)
            await shop.Reconcile();

        Assert.Contains(await Attention(), concern => concern.GetProperty("orderId").GetGuid() == order.Id && concern.Text("kind") == "drift");
        Assert.Equal(paid.Text("status"), (await order.Get().Ok()).Text("status"));

        await shop.PaymentSql("UPDATE payments SET intent_id = $2 WHERE order_id = $1", order.Id, intent);
        await shop.Reconcile();
        Assert.DoesNotContain(await Attention(), concern => concern.GetProperty("orderId").GetGuid() == order.Id);
    }

    private async Task<IReadOnlyList<JsonElement>> Attention() =>
        [.. (await (await shop.FreshAdmin()).Send(HttpMethod.Get, "/api/ops/payment/attention?pageSize=100").Ok()).GetProperty("items").EnumerateArray()];

    /// <summary>Whether a subscriber has applied all that Payment has told of the order.</summary>
    private async Task<bool> Heard(Placed order, string subscriber)
    {
        await using var connection = await shop.Database("paymentdb");
        await using var told = new NpgsqlCommand("SELECT array_agg(id) FROM outbox WHERE subject = $1", connection) { Parameters = { new() { Value = order.Id.ToString() } } };
        var ids = (Guid[])(await told.ExecuteScalarAsync(Stop))!;
        await using var other = await shop.Database(subscriber);
        await using var heard = new NpgsqlCommand("SELECT count(*) FROM inbox WHERE id = ANY($1)", other) { Parameters = { new() { Value = ids } } };
        return (long)(await heard.ExecuteScalarAsync(Stop))! == ids.Length;
    }

    private async Task<long> Invoices(Placed order, string kind = "invoice")
    {
        await using var connection = await shop.Database("billdb");
        await using var command = new NpgsqlCommand("SELECT count(*) FROM invoices WHERE order_id = $1 AND kind = $2", connection) { Parameters = { new() { Value = order.Id }, new() { Value = kind } } };
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
