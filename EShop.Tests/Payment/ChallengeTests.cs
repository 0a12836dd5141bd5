using System.Net;
using System.Text.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>The buyer's bank asks who they are (3-D Secure): at a page of its own, for as long as it takes.</summary>
public sealed class ChallengeTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_buyer_comes_back_from_the_bank_and_the_order_is_paid()
    {
        var order = await shop.Order();
        var asked = await order.Client.Send(HttpMethod.Post, "/api/payment", new { orderId = order.Id, paymentMethod = "pm_card_threeDSecure2Required", returnUrl = "https://shop.test/back?order=1" }).Ok();
        Assert.Equal(("requires_action", "redirect_to_url"), (asked.Text("status"), asked.GetProperty("nextAction").Text("type")));

        var back = await shop.AnswerBank(asked, "approve");

        Assert.StartsWith("https://shop.test/back?order=1&payment_intent=pi_", back!.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("&redirect_status=succeeded", back.ToString(), StringComparison.Ordinal);
        var paid = await order.Becomes("succeeded");
        Assert.Equal(["awaiting_stock", "awaiting_payment", "requires_action", "succeeded"], paid.Steps());
        Assert.Equal(JsonValueKind.Null, paid.GetProperty("nextAction").ValueKind);
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_buyer_who_fails_can_try_another_card()
    {
        var order = await shop.Order();
        var asked = await order.Pay("pm_card_threeDSecure2Required").Ok();

        await shop.AnswerBank(asked, "fail");

        var failed = await order.Becomes("awaiting_payment");
        Assert.Equal(("payment_intent_authentication_failure", JsonValueKind.Null), (failed.GetProperty("lastError").Text("code"), failed.GetProperty("nextAction").ValueKind));
        Assert.NotNull(failed.Text("clientSecret"));
        Assert.Equal("succeeded", (await order.Pay().Ok()).Text("status"));
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_card_that_is_declined_after_the_bank_was_asked_can_be_followed_by_another()
    {
        var order = await shop.Order();
        var asked = await order.Pay("pm_card_threeDSecureRequiredChargeDeclined").Ok();

        await shop.AnswerBank(asked, "approve");

        var declined = await order.Becomes("awaiting_payment");
        Assert.Equal(("card_declined", "generic_decline"), (declined.GetProperty("lastError").Text("code"), declined.GetProperty("lastError").Text("declineCode")));
        Assert.Equal("succeeded", (await order.Pay().Ok()).Text("status"));
    }

    [Fact]
    public async Task A_buyer_who_leaves_the_banks_page_pays_with_another_card_and_the_page_changes_nothing_any_more()
    {
        var order = await shop.Order();
        var asked = await order.Pay("pm_card_threeDSecure2Required").Ok();

        Assert.Equal("succeeded", (await order.Pay("pm_card_mastercard").Ok()).Text("status"));
        await shop.AnswerBank(asked, "approve");

        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
        Assert.Equal("mastercard", (await order.Get().Ok()).GetProperty("paymentMethod").Text("brand"));
    }

    [Fact]
    public async Task A_buyer_who_never_answers_loses_the_order_at_its_deadline()
    {
        var order = await shop.Order();
        var asked = await order.Pay("pm_card_threeDSecure2Required").Ok();

        await shop.PaymentSql("UPDATE payments SET expires_at = now(), version = version + 1 WHERE order_id = $1", order.Id);

        await order.Becomes("canceled");
        await shop.AnswerBank(asked, "approve");
        Assert.Equal((1, 0, 0L, 0L), await shop.Ledger(order));
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));
    }

    [Fact]
    public async Task While_the_bank_is_asked_the_order_can_be_canceled()
    {
        var order = await shop.Order();
        await order.Pay("pm_card_threeDSecure2Required").Ok();

        var canceled = await order.Cancel().Ok();

        Assert.Equal(("canceled", JsonValueKind.Null), (canceled.Text("status"), canceled.GetProperty("nextAction").ValueKind));
    }

    [Theory]
    [InlineData("ftp://shop.test/")]
    [InlineData("/back")]
    [InlineData("javascript:alert(1)")]
    public async Task A_return_address_is_an_http_one(string returnUrl)
    {
        var problem = await (await shop.Customer()).Client.Send(HttpMethod.Post, "/api/payment", new { orderId = Guid.CreateVersion7(), paymentMethod = "pm_card_visa", returnUrl }).Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty("returnUrl", out _));
    }
}

/// <summary>What is found out by reading, where Stripe's webhooks get lost.</summary>
[Collection(nameof(Troubled))]
public sealed class SilentStripeTests(Shop shop) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => new(shop.StripeFault(new { webhooks = "off" }));

    public ValueTask DisposeAsync() => new(shop.Client("stripe").DeleteAsync("/sandbox/faults", CancellationToken.None));

    [Theory]
    [InlineData("approve", "succeeded")]
    [InlineData("fail", "awaiting_payment")]
    public async Task The_banks_answer_is_found_by_reading(string outcome, string status)
    {
        var order = await shop.Order();
        var asked = await order.Pay("pm_card_threeDSecure2Required").Ok();

        await shop.AnswerBank(asked, outcome);

        await order.Becomes(status);
    }

    [Fact]
    public async Task The_end_of_a_refund_is_found_by_reading()
    {
        var order = await shop.Order();
        await order.Pay("pm_card_pendingRefund").Ok();
        await order.Cancel().Ok();

        await shop.Bank($"refunds/{await shop.RefundOf(order)}", new { status = "succeeded" });

        await order.Becomes("refunded");
    }
}

/// <summary>Refunds whose answer is lost: asked for once more, never made twice.</summary>
[Collection(nameof(Troubled))]
public sealed class LostRefundTests(Shop shop) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => new(shop.Client("stripe").DeleteAsync("/sandbox/faults", CancellationToken.None));

    [Fact]
    public async Task While_Stripe_is_silent_the_refund_is_pending_and_ends_by_itself()
    {
        var (order, key) = (await shop.Order(quantity: 2), Guid.NewGuid().ToString());
        await order.Pay().Ok();
        await shop.StripeFault(new { path = "/v1/refunds", method = "POST", delayMs = 6_000 });

        var asked = await shop.Refund(order, amount: 5, key: key).Ok();
        var again = await shop.Refund(order, amount: 5, key: key).Ok();

        Assert.Equal(("succeeded", true), (asked.Text("status"), asked.GetProperty("refundPending").ValueKind == JsonValueKind.True));
        Assert.Equal(asked.GetRawText(), again.GetRawText());
        await order.Becomes("partially_refunded");
        Assert.Equal((1, 1, 2500L, 500L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_process_that_is_killed_over_a_refund_leaves_one_refund()
    {
        var (order, key) = (await shop.Order(quantity: 2), Guid.NewGuid().ToString());
        await order.Pay().Ok();
        await shop.StripeFault(new { path = "/v1/refunds", method = "POST", delayMs = 4_000 });

        var asking = shop.Refund(order, amount: 5, key: key);
        await Eventually.True(async () => await shop.PaymentSql("UPDATE operations SET tries = tries WHERE order_id = $1", order.Id) == 1);
        await shop.Kill("payment");
        using (await asking)
        {
            await shop.Healthy("payment", TestContext.Current.CancellationToken);
        }

        using var answer = await Eventually.Get(() => shop.Refund(order, amount: 5, key: key), given => given.StatusCode == HttpStatusCode.OK, TimeSpan.FromSeconds(40));
        await order.Becomes("partially_refunded");
        Assert.Equal((1, 1, 2500L, 500L), await shop.Ledger(order));
        Assert.Single(await shop.Told(order, "payment.refunded"));
    }
}
