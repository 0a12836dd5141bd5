using System.Net;
using Stripe;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

[Collection(SharedStripeSandbox.Name)]
public sealed class IdempotencyTests(StripeSandbox sandbox)
{
    private readonly string _key = Guid.CreateVersion7().ToString();

    [Fact]
    public async Task The_same_key_gives_the_same_answer_and_says_so()
    {
        var first = await sandbox.OpenAsync(orderId: "once", key: _key);
        var second = await sandbox.OpenAsync(orderId: "once", key: _key);

        Assert.Equal(first.Id, second.Id);
        Assert.False(first.StripeResponse.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", second.StripeResponse.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal(_key, second.StripeResponse.IdempotencyKey);
    }

    [Fact]
    public async Task A_decline_is_replayed_too_without_a_second_attempt()
    {
        var opened = await sandbox.OpenAsync();
        var first = await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(opened.Id, "pm_card_chargeDeclined", _key));
        var second = await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(opened.Id, "pm_card_chargeDeclined", _key));

        Assert.Equal(first.StripeError.Charge, second.StripeError.Charge);
        Assert.Single(await sandbox.Client.V1.Charges.ListAsync(new() { PaymentIntent = opened.Id }, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_key_serves_one_request_only()
    {
        var opened = await sandbox.OpenAsync(1_000, "mine", _key);

        var otherAmount = await Assert.ThrowsAsync<StripeException>(() => sandbox.OpenAsync(2_000, "mine", _key));
        var otherEndpoint = await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(opened.Id, "pm_card_visa", _key));

        Assert.All([otherAmount, otherEndpoint], refused => Assert.Equal((HttpStatusCode.BadRequest, "idempotency_error"), (refused.HttpStatusCode, refused.StripeError.Type)));
    }

    [Fact]
    public async Task Wrong_parameters_are_not_kept_under_the_key()
    {
        await Assert.ThrowsAsync<StripeException>(() => sandbox.OpenAsync(amount: 1, key: _key));

        Assert.Equal(1_000, (await sandbox.OpenAsync(amount: 1_000, key: _key)).Amount);
    }

    [Fact]
    public async Task Many_at_once_under_one_key_have_one_effect_and_the_late_ones_are_told_to_wait()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            try
            {
                return (await sandbox.OpenAsync(orderId: _key, key: _key)).Id;
            }
            catch (StripeException refused) when (refused.HttpStatusCode == HttpStatusCode.Conflict)
            {
                return refused.StripeError.Code;
            }
        }));

        var ledger = await sandbox.LedgerAsync(_key);
        var intent = Assert.Single(ledger.GetProperty("intents").EnumerateArray()).GetProperty("id").GetString()!;
        Assert.Contains(intent, outcomes);
        Assert.All(outcomes, outcome => Assert.True(outcome == intent || outcome == "idempotency_key_in_use"));
    }
}
