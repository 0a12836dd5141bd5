using System.Net;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>An order is paid once, or told why not.</summary>
public sealed class PayOrderTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_payment_is_answered_whole_and_paying_again_answers_the_same()
    {
        var order = await shop.Order();

        using var answer = await order.Pay();
        var paid = await answer.Body();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((order.Id, "succeeded", 12.50m, 0m, "EUR"), (paid.GetProperty("orderId").GetGuid(), paid.Text("status"), paid.GetProperty("amount").GetDecimal(), paid.GetProperty("refundedAmount").GetDecimal(), paid.Text("currency")));
        Assert.Equal(("visa", "4242"), (paid.GetProperty("paymentMethod").Text("brand"), paid.GetProperty("paymentMethod").Text("last4")));
        var line = Assert.Single(paid.GetProperty("lines").EnumerateArray());
        Assert.Equal((order.Product, "Taza «Año nuevo»", 1, 12.50m, 12.50m), (line.GetProperty("productId").GetGuid(), line.Text("name"), line.GetProperty("quantity").GetInt32(), line.GetProperty("unitPrice").GetDecimal(), line.GetProperty("lineTotal").GetDecimal()));
        Assert.Equal(["awaiting_stock", "awaiting_payment", "succeeded"], paid.Steps());
        Assert.All(["refundPending", "clientSecret", "nextAction", "lastError", "rejectedLines", "expiresAt"], member => Assert.Equal(System.Text.Json.JsonValueKind.Null, paid.GetProperty(member).ValueKind));
        Assert.NotNull(answer.Headers.ETag);

        var again = await order.Pay("pm_card_mastercard").Ok();
        Assert.Equal(("succeeded", "visa"), (again.Text("status"), again.GetProperty("paymentMethod").Text("brand")));
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_declined_card_can_be_followed_by_a_good_one_and_is_charged_once()
    {
        var (order, key) = (await shop.Order(), Guid.NewGuid().ToString());

        var declined = await order.Pay("pm_card_visa_chargeDeclined", key).Is(402, "card-declined");
        Assert.Equal("generic_decline", declined.Text("declineCode"));
        var waiting = await order.Get().Ok();
        Assert.Equal(("awaiting_payment", "card_declined", "generic_decline"), (waiting.Text("status"), waiting.GetProperty("lastError").Text("code"), waiting.GetProperty("lastError").Text("declineCode")));
        await order.Pay("pm_card_visa_chargeDeclined", key).Is(402, "card-declined");

        var paid = await order.Pay().Ok();
        Assert.Equal("succeeded", paid.Text("status"));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, paid.GetProperty("lastError").ValueKind);
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Theory]
    [InlineData("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds")]
    [InlineData("pm_card_visa_chargeDeclinedLostCard", "lost_card")]
    [InlineData("pm_card_chargeDeclinedExpiredCard", "expired_card")]
    [InlineData("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc")]
    public async Task A_refusal_of_the_card_says_why(string method, string code) =>
        Assert.Equal(code, (await (await shop.Order()).Pay(method).Is(402, "card-declined")).Text("declineCode"));

    [Fact]
    public async Task Twenty_at_once_are_one_charge()
    {
        var order = await shop.Order();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => order.Pay()));

        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted || (answer.StatusCode == HttpStatusCode.Conflict && answer.Headers.RetryAfter is not null)));
        await order.Becomes("succeeded");
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task Ten_at_once_under_one_key_are_one_payment_and_one_answer()
    {
        var (order, key) = (await shop.Order(), Guid.NewGuid().ToString());

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => order.Pay(key: key)));

        var answered = answers.Where(answer => answer.StatusCode == HttpStatusCode.OK).ToArray();
        Assert.NotEmpty(answered);
        Assert.Single(answered, answer => !answer.Headers.Contains("Idempotency-Replayed"));
        foreach (var refused in answers.Except(answered))
        {
            Assert.NotNull(refused.Headers.RetryAfter);
            await Task.FromResult(refused).Is(409, "request-in-flight");
        }

        using var again = await order.Pay(key: key);
        Assert.Equal(["true"], again.Headers.GetValues("Idempotency-Replayed"));
        Assert.Equal((await answered[0].Body()).GetRawText(), (await again.Body()).GetRawText());
        Assert.Equal(answered[0].Headers.ETag, again.Headers.ETag);
        await order.Pay("pm_card_mastercard", key).Is(422, "key-reused");
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task Without_a_card_the_intent_is_opened_once_and_the_browsers_confirmation_is_heard_of()
    {
        var order = await shop.Order();
        var opened = await order.Pay(method: null).Ok();
        var again = await order.Pay(method: null).Ok();
        Assert.Equal(("awaiting_payment", opened.Text("clientSecret")), (again.Text("status"), again.Text("clientSecret")));

        await shop.Confirm(opened.Intent());

        var paid = await order.Becomes("succeeded");
        Assert.Equal("visa", paid.GetProperty("paymentMethod").Text("brand"));
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task An_answer_that_is_lost_after_the_charge_is_found_out_at_once()
    {
        var order = await shop.Order();
        await shop.Trouble((await order.Pay(method: null).Ok()).Intent(), new { drop = true });

        Assert.Equal("succeeded", (await order.Pay().Ok()).Text("status"));
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_500_that_Stripe_keeps_under_the_key_is_followed_by_no_second_charge()
    {
        var order = await shop.Order();
        await shop.Trouble((await order.Pay(method: null).Ok()).Intent(), new { status = 500, when = "before" });

        await order.Pay();

        await order.Becomes("succeeded");
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task While_Stripe_is_silent_the_answer_is_processing_and_it_ends_by_itself()
    {
        var (order, key) = (await shop.Order(), Guid.NewGuid().ToString());
        await shop.Trouble((await order.Pay(method: null).Ok()).Intent(), new { delayMs = 8_000 });

        using var answer = await order.Pay(key: key);
        using var meanwhile = await order.Pay();
        using var replayed = await order.Pay(key: key);

        Assert.All([answer, meanwhile, replayed], given => Assert.Equal((HttpStatusCode.Accepted, $"/api/payment/{order.Id}"), (given.StatusCode, given.Headers.Location!.ToString())));
        Assert.Equal("processing", (await answer.Body()).Text("status"));
        await order.Becomes("succeeded");
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_rejected_order_can_not_be_paid_and_shows_what_was_missing()
    {
        var order = await shop.RejectedOrder();

        await order.Pay().Is(409, "order-closed");

        var line = Assert.Single((await order.Get().Ok()).GetProperty("rejectedLines").EnumerateArray());
        Assert.Equal((order.Product, 1, 0), (line.GetProperty("productId").GetGuid(), line.GetProperty("requested").GetInt32(), line.GetProperty("available").GetInt32()));
        Assert.Equal(default, await shop.Ledger(order));
    }

    [Fact]
    public async Task An_order_without_an_answer_about_its_stock_is_not_paid_yet_and_the_key_stays_free()
    {
        var (order, key) = (await shop.Order(), Guid.NewGuid().ToString());
        await shop.PaymentSql("UPDATE payments SET status = 'awaiting_stock', version = version + 1 WHERE order_id = $1", order.Id);

        using (var pending = await order.Pay(key: key))
        {
            Assert.Equal(TimeSpan.FromSeconds(1), pending.Headers.RetryAfter?.Delta);
            await Task.FromResult(pending).Is(409, "stock-pending");
        }

        await shop.PaymentSql("UPDATE payments SET status = 'awaiting_payment', version = version + 1 WHERE order_id = $1", order.Id);
        Assert.Equal("succeeded", (await order.Pay(key: key).Ok()).Text("status"));
    }

    [Fact]
    public async Task A_payment_method_that_Stripe_does_not_know_is_named()
    {
        var order = await shop.Order();

        var problem = await order.Pay("pm_nobody_made_this").Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty("paymentMethod", out _));
        Assert.Equal("succeeded", (await order.Pay().Ok()).Text("status"));
    }
}
