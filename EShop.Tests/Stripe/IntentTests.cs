using Stripe;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

[Collection(SharedStripeSandbox.Name)]
public sealed class IntentTests(StripeSandbox sandbox)
{
    private readonly PaymentIntentService _intents = sandbox.Client.V1.PaymentIntents;
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_confirmed_intent_is_paid_by_one_charge_that_knows_the_card()
    {
        var opened = await sandbox.OpenAsync(1_999, orderId: "order-1");
        Assert.Equal(("requires_payment_method", 0L, "order-1"), (opened.Status, opened.AmountReceived, opened.Metadata["orderId"]));
        Assert.StartsWith(opened.Id + "_secret_", opened.ClientSecret, StringComparison.Ordinal);

        var paid = await _intents.ConfirmAsync(opened.Id, new() { PaymentMethod = "pm_card_mastercard", Expand = ["latest_charge", "payment_method"] }, cancellationToken: _stop);

        Assert.Equal(("succeeded", 1_999L), (paid.Status, paid.AmountReceived));
        Assert.Equal((true, true, "succeeded", 1_999L), (paid.LatestCharge.Paid, paid.LatestCharge.Captured, paid.LatestCharge.Status, paid.LatestCharge.AmountCaptured));
        Assert.Equal(("mastercard", "4444"), (paid.LatestCharge.PaymentMethodDetails.Card.Brand, paid.LatestCharge.PaymentMethodDetails.Card.Last4));
        Assert.Equal("4444", paid.PaymentMethod.Card.Last4);
        Assert.Equal("order-1", paid.LatestCharge.Metadata["orderId"]);
        var charges = await sandbox.Client.V1.Charges.ListAsync(new() { PaymentIntent = opened.Id }, cancellationToken: _stop);
        Assert.Equal(paid.LatestCharge.Id, Assert.Single(charges).Id);
    }

    [Fact]
    public async Task Creating_and_confirming_in_one_call_pays()
    {
        var paid = await _intents.CreateAsync(
            new() { Amount = 500, Currency = "eur", Confirm = true, PaymentMethod = "pm_card_visa", AutomaticPaymentMethods = new() { Enabled = true, AllowRedirects = "never" } }, cancellationToken: _stop);

        Assert.Equal("succeeded", paid.Status);
        Assert.NotNull(paid.LatestChargeId);
        Assert.Null(paid.LatestCharge);
    }

    [Theory]
    [InlineData("pm_card_visa_chargeDeclined", "card_declined", "generic_decline")]
    [InlineData("pm_card_chargeDeclined", "card_declined", "generic_decline")]
    [InlineData("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds")]
    [InlineData("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card")]
    [InlineData("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card")]
    [InlineData("pm_card_chargeDeclinedExpiredCard", "expired_card", null)]
    [InlineData("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", null)]
    [InlineData("pm_card_chargeDeclinedProcessingError", "processing_error", null)]
    public async Task A_declined_card_leaves_a_failed_charge_and_the_intent_open_for_another(string card, string code, string? declineCode)
    {
        var opened = await sandbox.OpenAsync();

        var refused = await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(opened.Id, card));

        Assert.Equal((402, "card_error", code, declineCode), ((int)refused.HttpStatusCode, refused.StripeError.Type, refused.StripeError.Code, refused.StripeError.DeclineCode));
        Assert.Equal("requires_payment_method", refused.StripeError.PaymentIntent.Status);
        var now = await _intents.GetAsync(opened.Id, new() { Expand = ["latest_charge"] }, cancellationToken: _stop);
        Assert.Equal(("requires_payment_method", code, "failed"), (now.Status, now.LastPaymentError.Code, now.LatestCharge.Status));
        Assert.Null(now.PaymentMethodId);
        Assert.Equal("succeeded", (await sandbox.ConfirmAsync(opened.Id, "pm_card_visa")).Status);
    }

    [Theory]
    [InlineData("4242424242424242", null)]
    [InlineData("4000000000009995", "insufficient_funds")]
    public async Task A_method_made_from_a_test_number_behaves_as_its_card(string number, string? declineCode)
    {
        var method = await sandbox.Client.V1.PaymentMethods.CreateAsync(
            new() { Type = "card", Card = new PaymentMethodCardOptions { Number = number, ExpMonth = 12, ExpYear = 2034, Cvc = "123" }, BillingDetails = new() { Name = "Íñigo Ñandú" } }, cancellationToken: _stop);
        Assert.Equal((number[^4..], 12L, 2034L, "Íñigo Ñandú"), (method.Card.Last4, method.Card.ExpMonth, method.Card.ExpYear, method.BillingDetails.Name));
        var opened = await sandbox.OpenAsync();

        var outcome = await Record.ExceptionAsync(() => sandbox.ConfirmAsync(opened.Id, method.Id));

        Assert.Equal(declineCode, (outcome as StripeException)?.StripeError.DeclineCode);
        Assert.DoesNotContain(number, await System.IO.File.ReadAllTextAsync(sandbox.JournalPath, _stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4242424242424241", "incorrect_number")]
    [InlineData("5425233430109903", "card_declined")]
    public async Task A_number_that_is_no_test_card_is_refused(string number, string code)
    {
        var refused = await Assert.ThrowsAsync<StripeException>(() => sandbox.Client.V1.PaymentMethods.CreateAsync(
            new() { Type = "card", Card = new PaymentMethodCardOptions { Number = number, ExpMonth = 12, ExpYear = 2034, Cvc = "123" } }, cancellationToken: _stop));

        Assert.Equal((402, code), ((int)refused.HttpStatusCode, refused.StripeError.Code));
    }

    [Theory]
    [InlineData("pm_card_authenticationRequired", "approve", "succeeded", null)]
    [InlineData("pm_card_threeDSecure2Required", "approve", "succeeded", null)]
    [InlineData("pm_card_threeDSecure2Required", "fail", "requires_payment_method", "payment_intent_authentication_failure")]
    [InlineData("pm_card_threeDSecureRequiredChargeDeclined", "approve", "requires_payment_method", "card_declined")]
    public async Task A_card_with_3DS_waits_for_the_cardholders_answer(string card, string answer, string status, string? error)
    {
        var opened = await sandbox.OpenAsync();
        var waiting = await sandbox.ConfirmAsync(opened.Id, card);
        Assert.Equal(("requires_action", "redirect_to_url", 0L), (waiting.Status, waiting.NextAction.Type, waiting.AmountReceived));
        Assert.Contains("<button", await sandbox.Http.GetStringAsync(waiting.NextAction.RedirectToUrl.Url, _stop), StringComparison.Ordinal);

        using var form = new FormUrlEncodedContent([new("outcome", answer)]);
        (await sandbox.Http.PostAsync(waiting.NextAction.RedirectToUrl.Url, form, _stop)).EnsureSuccessStatusCode();
        (await sandbox.Http.PostAsync(waiting.NextAction.RedirectToUrl.Url, form, _stop)).EnsureSuccessStatusCode();

        var ended = await _intents.GetAsync(opened.Id, cancellationToken: _stop);
        Assert.Equal((status, error), (ended.Status, ended.LastPaymentError?.Code));
        Assert.Null(ended.NextAction);
        var charges = await sandbox.Client.V1.Charges.ListAsync(new() { PaymentIntent = opened.Id }, cancellationToken: _stop);
        Assert.Equal(status == "succeeded" ? 1 : 0, charges.Count(charge => charge.Paid));
    }

    [Fact]
    public async Task Off_session_a_card_with_3DS_is_declined_instead_of_waiting()
    {
        var opened = await sandbox.OpenAsync();

        var refused = await Assert.ThrowsAsync<StripeException>(() => _intents.ConfirmAsync(
            opened.Id, new() { PaymentMethod = "pm_card_authenticationRequired", ErrorOnRequiresAction = true }, cancellationToken: _stop));

        Assert.Equal((402, "authentication_required"), ((int)refused.HttpStatusCode, refused.StripeError.Code));
    }

    [Fact]
    public async Task A_canceled_intent_can_never_be_paid_and_a_paid_one_never_canceled()
    {
        var unpaid = await sandbox.OpenAsync();
        var canceled = await _intents.CancelAsync(unpaid.Id, new() { CancellationReason = "abandoned" }, cancellationToken: _stop);
        Assert.Equal(("canceled", "abandoned"), (canceled.Status, canceled.CancellationReason));
        Assert.NotNull(canceled.CanceledAt);
        await UnexpectedState(() => sandbox.ConfirmAsync(unpaid.Id, "pm_card_visa"));
        await UnexpectedState(() => _intents.CancelAsync(unpaid.Id, cancellationToken: _stop));

        var paid = await sandbox.OpenAsync();
        await sandbox.ConfirmAsync(paid.Id, "pm_card_visa");
        await UnexpectedState(() => _intents.CancelAsync(paid.Id, cancellationToken: _stop));
        await UnexpectedState(() => sandbox.ConfirmAsync(paid.Id, "pm_card_visa"));
        await UnexpectedState(() => _intents.UpdateAsync(paid.Id, new() { Amount = 9_999 }, cancellationToken: _stop));
    }

    [Fact]
    public async Task An_update_changes_the_amount_and_merges_the_metadata()
    {
        var opened = await sandbox.OpenAsync(1_000, orderId: "order-2");

        var updated = await _intents.UpdateAsync(opened.Id, new() { Amount = 1_200, PaymentMethod = "pm_card_visa", Metadata = new() { ["orderId"] = "", ["note"] = "kept" } }, cancellationToken: _stop);

        Assert.Equal(("requires_confirmation", 1_200L), (updated.Status, updated.Amount));
        Assert.Equal([new("note", "kept")], updated.Metadata);
        Assert.Equal(1_200, (await _intents.ConfirmAsync(opened.Id, cancellationToken: _stop)).AmountReceived);
    }

    [Fact]
    public async Task Fifty_confirms_of_one_intent_at_once_charge_it_once()
    {
        var opened = await sandbox.OpenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Record.ExceptionAsync(() => sandbox.ConfirmAsync(opened.Id, "pm_card_visa")).AsTask()));

        Assert.Single(outcomes, outcome => outcome is null);
        Assert.Single(await sandbox.Client.V1.Charges.ListAsync(new() { PaymentIntent = opened.Id }, cancellationToken: _stop));
    }

    private static async Task UnexpectedState(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<StripeException>(call);
        Assert.Equal((400, "payment_intent_unexpected_state"), ((int)refused.HttpStatusCode, refused.StripeError.Code));
    }
}
