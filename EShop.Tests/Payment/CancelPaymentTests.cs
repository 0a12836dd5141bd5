using System.Text;
using System.Text.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>An unpaid order is ended by its buyer, an admin, or its deadline; its stock goes back and nothing can be charged any more. What is paid goes back.</summary>
public sealed class CancelPaymentTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_canceled_order_stays_canceled_releases_its_stock_and_can_not_be_paid()
    {
        var order = await shop.Order();
        Assert.Equal((5, 1, 4), await order.Stock());

        var canceled = await order.Cancel("Found it cheaper «elsewhere»").Ok();
        var again = await order.Cancel("And again").Ok();

        Assert.Equal(canceled.GetRawText(), again.GetRawText());
        var last = canceled.GetProperty("history").EnumerateArray().Last();
        Assert.Equal(("canceled", "requested", "Found it cheaper «elsewhere»"), (last.Text("status"), last.Text("reason"), last.Text("note")));
        Assert.Equal(JsonValueKind.Null, canceled.GetProperty("expiresAt").ValueKind);
        await order.Pay().Is(409, "order-closed");
        Assert.Equal(default, await shop.Ledger(order));
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));
    }

    [Fact]
    public async Task With_an_intent_Stripe_cancels_first()
    {
        var order = await shop.Order();
        var intent = (await order.Pay(method: null).Ok()).Intent();

        var canceled = await order.Cancel().Ok();

        Assert.Equal(("canceled", JsonValueKind.Null), (canceled.Text("status"), canceled.GetProperty("clientSecret").ValueKind));
        Assert.Equal("canceled", await StatusOf(intent));
    }

    [Fact]
    public async Task What_the_browser_paid_before_Stripe_was_asked_to_cancel_goes_back()
    {
        var order = await shop.Order();
        var intent = (await order.Pay(method: null).Ok()).Intent();
        // As if the webhook were late: the cancellation meets an intent that has succeeded.
        await shop.Confirm(intent);

        var canceled = await order.Cancel().Ok();

        Assert.Equal(["awaiting_stock", "awaiting_payment", "succeeded", "refunded"], canceled.Steps());
        Assert.Equal((1, 1, 1250L, 1250L), await shop.Ledger(order));
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));
    }

    [Fact]
    public async Task A_paid_order_that_is_canceled_is_refunded_once_and_back_on_the_shelf()
    {
        var order = await shop.Order(quantity: 2);
        await order.Pay().Ok();
        await Eventually.True(async () => await order.Stock() == (3, 0, 3));
        await Eventually.Get(() => order.Get().Ok(), payment => payment.Text("invoiceId") is not null);

        var canceled = await order.Cancel("Changed my mind").Ok();
        var again = await order.Cancel("Changed my mind twice").Ok();

        Assert.Equal(canceled.GetRawText(), again.GetRawText());
        Assert.Equal(("refunded", 25.00m, JsonValueKind.Null), (canceled.Text("status"), canceled.GetProperty("refundedAmount").GetDecimal(), canceled.GetProperty("refundPending").ValueKind));
        Assert.Equal((1, 1, 2500L, 2500L), await shop.Ledger(order));
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));
        var told = Assert.Single(await shop.Told(order, "payment.refunded"));
        Assert.Equal((2500L, true, 2), (told.GetProperty("amount").GetInt64(), told.GetProperty("restock").GetBoolean(), told.GetProperty("lines")[0].GetProperty("quantity").GetInt32()));
        await order.Pay().Is(409, "order-closed");
    }

    [Fact]
    public async Task Ten_cancellations_of_a_paid_order_at_once_are_one_refund()
    {
        var order = await shop.Order();
        await order.Pay().Ok();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => order.Cancel()));

        await order.Becomes("refunded");
        Assert.Equal((1, 1, 1250L, 1250L), await shop.Ledger(order));
        Assert.Single(await shop.Told(order, "payment.refunded"));
    }

    [Fact]
    public async Task A_rejected_order_is_closed() => await (await shop.RejectedOrder()).Cancel().Is(409, "order-closed");

    [Fact]
    public async Task Paying_and_canceling_at_once_end_in_one_of_the_two()
    {
        var order = await shop.Order();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => n % 2 == 0 ? order.Pay() : order.Cancel()));

        var ended = await Eventually.Get(() => order.Get().Ok(), payment => payment.Text("status") is "refunded" or "canceled");
        var (_, charges, charged, refunded) = await shop.Ledger(order);
        Assert.Equal(ended.Text("status") == "refunded" ? (1, 1250L, 1250L) : (0, 0L, 0L), (charges, charged, refunded));
    }

    [Fact]
    public async Task One_key_cancels_once_and_repeats_its_answer()
    {
        var (order, key) = (await shop.Order(), Guid.NewGuid().ToString());
        var first = await order.Cancel("Too late", key).Ok();

        using var again = await order.Cancel("Too late", key);

        Assert.Equal(["true"], again.Headers.GetValues("Idempotency-Replayed"));
        Assert.Equal(first.GetRawText(), (await again.Body()).GetRawText());
        await order.Cancel("Another reason", key).Is(422, "key-reused");
    }

    [Fact]
    public async Task An_admin_cancels_anybodys_order_and_never_sees_its_secret()
    {
        var (order, admin) = (await shop.Order(), await shop.Admin());
        await order.Pay(method: null).Ok();

        Assert.Equal(JsonValueKind.Null, (await order.Get(admin).Ok()).GetProperty("clientSecret").ValueKind);
        Assert.Equal("canceled", (await order.Cancel(by: admin).Ok()).Text("status"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task At_its_deadline_an_unpaid_order_expires(bool withIntent)
    {
        var order = await shop.Order();
        var intent = withIntent ? (await order.Pay(method: null).Ok()).Intent() : null;

        await shop.PaymentSql("UPDATE payments SET expires_at = now(), version = version + 1 WHERE order_id = $1", order.Id);

        var ended = await order.Becomes("canceled");
        Assert.Equal("expired", ended.GetProperty("history").EnumerateArray().Last().Text("reason"));
        if (intent is not null)
            Assert.Equal("canceled", await StatusOf(intent));
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));
    }

    [Theory]
    [InlineData("""{"reason":"none"}""", "orderId")]
    [InlineData("""{"orderId":"x"}""", "orderId")]
    [InlineData("""{"orderId":"01900000-0000-7000-8000-000000000001","reason":7}""", "reason")]
    public async Task Bad_bodies_are_400_and_name_the_member(string body, string member)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        var problem = await (await shop.Customer()).Client.PostAsync("/api/payment/cancel", content, Stop).Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _), problem.GetRawText());
    }

    [Fact]
    public async Task A_reason_has_at_most_500_characters()
    {
        var order = await shop.Order();

        await order.Cancel(new string('é', 501)).Is(400, "validation");
        await order.Cancel(new string('é', 500)).Ok();
    }

    private async Task<string?> StatusOf(string intent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/payment_intents/{intent}");
        request.Headers.Authorization = new("Bearer", "sk_test_sandbox");
        using var answer = await shop.Client("stripe").SendAsync(request, Stop);
        return (await answer.Body()).Text("status");
    }
}
