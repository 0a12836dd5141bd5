using System.Diagnostics;
using System.Net;
using Stripe;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

public sealed class FaultTests : IAsyncLifetime
{
    private readonly StripeSandbox _sandbox = new();
    private PaymentIntent _opened = null!;

    public async ValueTask InitializeAsync()
    {
        await _sandbox.StartAsync();
        _opened = await _sandbox.OpenAsync();
    }

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task An_answer_can_be_lost_after_the_charge_and_is_replayed_under_its_key()
    {
        await _sandbox.ArmAsync(new { path = "/v1/payment_intents/*/confirm", drop = true });

        await Assert.ThrowsAsync<HttpRequestException>(() => _sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", "k"));

        Assert.Equal("succeeded", await StatusAsync());
        var repeated = await _sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", "k");
        Assert.True(repeated.StripeResponse.Headers.Contains("Idempotent-Replayed"));
    }

    [Fact]
    public async Task A_500_after_the_charge_stays_under_its_key_while_the_intent_tells_the_truth()
    {
        await _sandbox.ArmAsync(new { path = "/v1/payment_intents", method = "POST", status = 500, calls = 1 });

        for (var i = 0; i < 2; i++)
        {
            var failed = await Assert.ThrowsAsync<StripeException>(() => _sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", "k"));
            Assert.Equal((HttpStatusCode.InternalServerError, "api_error"), (failed.HttpStatusCode, failed.StripeError.Type));
        }

        Assert.Equal("succeeded", await StatusAsync());
    }

    [Theory]
    [InlineData(429, "rate_limit")]
    [InlineData(500, null)]
    public async Task A_refusal_before_anything_happened_leaves_the_key_free(int status, string? code)
    {
        await _sandbox.ArmAsync(new { path = "/v1/payment_intents/*/confirm", when = "before", status, calls = 2 });

        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<StripeException>(() => _sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", "k"));
            Assert.Equal((status, code), ((int)refused.HttpStatusCode, refused.StripeError.Code));
            Assert.Equal("requires_payment_method", await StatusAsync());
        }

        Assert.Equal("succeeded", (await _sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", "k")).Status);
    }

    [Fact]
    public async Task While_a_call_is_held_back_its_key_is_in_use()
    {
        await _sandbox.ArmAsync(new { path = "/v1/payment_intents/*/confirm", when = "before", delayMs = 700 });
        var started = Stopwatch.GetTimestamp();

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Record.ExceptionAsync(() => _sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", "k"))));

        Assert.Equal("idempotency_key_in_use", Assert.IsType<StripeException>(Assert.Single(both, outcome => outcome is not null)).StripeError.Code);
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(700));
        Assert.Equal("succeeded", await StatusAsync());
    }

    [Theory]
    [InlineData("""{"path":"/elsewhere","drop":true}""")]
    [InlineData("""{"status":404}""")]
    [InlineData("""{}""")]
    [InlineData("""{"delayMs":"long"}""")]
    public async Task A_fault_that_makes_no_sense_is_refused(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, (await _sandbox.Http.PostAsync("/sandbox/faults", content, TestContext.Current.CancellationToken)).StatusCode);
    }

    private async Task<string> StatusAsync() => (await _sandbox.Client.V1.PaymentIntents.GetAsync(_opened.Id, cancellationToken: TestContext.Current.CancellationToken)).Status;
}
