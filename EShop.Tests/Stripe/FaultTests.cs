using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Stripe;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

/// <summary>Faults meet whoever calls, so these run in the shared sandbox's collection, one test after the other.</summary>
[Collection(SharedStripeSandbox.Name)]
public sealed class FaultTests(StripeSandbox sandbox) : IAsyncLifetime
{
    private readonly string _key = Guid.CreateVersion7().ToString();
    private PaymentIntent _opened = null!;

    public async ValueTask InitializeAsync() => _opened = await sandbox.OpenAsync();

    public async ValueTask DisposeAsync() => (await sandbox.Http.DeleteAsync("/sandbox/faults", CancellationToken.None)).EnsureSuccessStatusCode();

    [Fact]
    public async Task An_answer_can_be_lost_after_the_charge_and_is_replayed_under_its_key()
    {
        await sandbox.ArmAsync(new { path = "/v1/payment_intents/*/confirm", drop = true });

        await Assert.ThrowsAsync<HttpRequestException>(() => sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", _key));

        Assert.Equal("succeeded", await StatusAsync());
        var repeated = await sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", _key);
        Assert.True(repeated.StripeResponse.Headers.Contains("Idempotent-Replayed"));
    }

    [Fact]
    public async Task The_switches_of_the_page_do_what_they_say()
    {
        Assert.Contains("No call meets any.", await SwitchAsync(("switch", "disarm")), StringComparison.Ordinal);
        var armed = await SwitchAsync(("switch", "arm"), ("calls", "1"), ("path", "/v1/payment_intents/*/confirm"), ("trouble", "429"), ("when", "before"));
        Assert.Contains("<code>/v1/payment_intents/*/confirm</code> × 1: 429, before it is done", armed, StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", _key));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.HttpStatusCode);
        Assert.Equal("requires_payment_method", await StatusAsync());
        Assert.Contains("<option value=\"Late\" selected>", await SwitchAsync(("switch", "webhooks"), ("webhooks", "Late")), StringComparison.Ordinal);
        Assert.Contains("<option value=\"On\" selected>", await SwitchAsync(("switch", "disarm")), StringComparison.Ordinal);

        foreach (var nonsense in new[] { ("switch", "arm"), ("switch", "webhooks"), ("switch", "") })
        {
            using var form = new FormUrlEncodedContent([KeyValuePair.Create(nonsense.Item1, nonsense.Item2)]);
            using var answer = await sandbox.Http.PostAsync("/sandbox/switches", form, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_500_after_the_charge_stays_under_its_key_while_the_intent_tells_the_truth()
    {
        await sandbox.ArmAsync(new { path = "/v1/payment_intents", method = "POST", status = 500, calls = 1 });

        for (var i = 0; i < 2; i++)
        {
            var failed = await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", _key));
            Assert.Equal((HttpStatusCode.InternalServerError, "api_error"), (failed.HttpStatusCode, failed.StripeError.Type));
        }

        Assert.Equal("succeeded", await StatusAsync());
    }

    [Theory]
    [InlineData(429, "rate_limit")]
    [InlineData(500, null)]
    public async Task A_refusal_before_anything_happened_leaves_the_key_free(int status, string? code)
    {
        await sandbox.ArmAsync(new { path = "/v1/payment_intents/*/confirm", when = "before", status, calls = 2 });

        for (var i = 0; i < 2; i++)
        {
            var refused = await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", _key));
            Assert.Equal((status, code), ((int)refused.HttpStatusCode, refused.StripeError.Code));
            Assert.Equal("requires_payment_method", await StatusAsync());
        }

        Assert.Equal("succeeded", (await sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", _key)).Status);
    }

    [Fact]
    public async Task While_a_call_is_held_back_it_is_in_trouble_and_its_key_in_use()
    {
        await sandbox.ArmAsync(new { path = "/v1/payment_intents/*/confirm", when = "before", delayMs = 2_000 });
        var started = Stopwatch.GetTimestamp();

        var held = sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", _key);
        await Eventually.Get(InTroubleAsync, calls => calls == 1);
        var refused = await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(_opened.Id, "pm_card_visa", _key));
        await held;

        Assert.Equal("idempotency_key_in_use", refused.StripeError.Code);
        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(1_950)); // Its timer counts coarse milliseconds, this watch fine ones.
        await Eventually.Get(InTroubleAsync, calls => calls == 0); // It leaves just after its answer.
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

        Assert.Equal(HttpStatusCode.BadRequest, (await sandbox.Http.PostAsync("/sandbox/faults", content, TestContext.Current.CancellationToken)).StatusCode);
    }

    private async Task<int> InTroubleAsync() =>
        (await sandbox.Http.GetFromJsonAsync<JsonElement>("/sandbox/faults", TestContext.Current.CancellationToken)).GetProperty("meeting").GetInt32();

    /// <summary>The page that is shown afterwards.</summary>
    private async Task<string> SwitchAsync(params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var answer = await sandbox.Http.PostAsync("/sandbox/switches", form, TestContext.Current.CancellationToken);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> StatusAsync() => (await sandbox.Client.V1.PaymentIntents.GetAsync(_opened.Id, cancellationToken: TestContext.Current.CancellationToken)).Status;
}
