namespace EShop.Local.Stripe;

/// <summary>An attempt to charge an intent: approved, declined, or sent to the cardholder's bank first. Every attempt that reaches the card leaves a charge.</summary>
internal static class Confirmation
{
    /// <summary>What a confirm does. A decline is returned, not thrown: its failed charge stays.</summary>
    public static object Start(Call call, PaymentIntent intent)
    {
        var given = call.Parameters;
        if (intent.PaymentMethod is not { } id)
            throw Refusal.UnexpectedState(intent, "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the " +
                "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.");
        var returnUrl = ReturnUrl(given, intent);
        var method = (PaymentMethod)call.Commit.Find(id)!;
        var card = TestCards.Of(method);
        if (!card.Authenticates)
            return Charge(call.Commit, intent, method, call.Caller);
        // Nobody is there to answer the bank's question: the attempt fails instead of waiting.
        if (given.Flag("off_session") == true || given.Flag("error_on_requires_action") == true)
            return Decline(call.Commit, intent, method, TestCards.AuthenticationRequired, call.Caller);
        var waiting = call.Commit.Put(intent.AskForAuthentication($"{call.Origin}/sandbox/challenge/{intent.Id}", returnUrl));
        call.Emit("payment_intent.requires_action", waiting);
        return waiting;
    }

    /// <summary>Charges the card, the cardholder's answer being given or not needed.</summary>
    public static object Charge(Commit commit, PaymentIntent intent, PaymentMethod method, Caller? caller)
    {
        if (TestCards.Of(method).Decline is { } decline)
            return Decline(commit, intent, method, decline, caller);
        var charge = commit.Put(Charges.Succeeded(intent, method, commit.Now));
        var paid = commit.Put(intent.Succeed(charge));
        commit.Emit("charge.succeeded", charge, caller);
        commit.Emit("payment_intent.succeeded", paid, caller);
        return paid;
    }

    /// <summary>The cardholder said no, or could not prove who they are. The card was never asked, so there is no charge.</summary>
    public static PaymentIntent FailAuthentication(Commit commit, PaymentIntent intent, PaymentMethod method)
    {
        var error = new ErrorDetail("invalid_request_error", "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.")
        {
            Code = "payment_intent_authentication_failure",
            PaymentMethod = Json.Element(method),
        };
        var failed = commit.Put(intent.Fail(error, charge: null));
        commit.Emit("payment_intent.payment_failed", failed, caller: null);
        return failed;
    }

    private static Refusal Decline(Commit commit, PaymentIntent intent, PaymentMethod method, Decline decline, Caller? caller)
    {
        var charge = commit.Put(Charges.Failed(intent, method, decline, commit.Now));
        var error = new ErrorDetail("card_error", decline.Message) { Code = decline.Code, DeclineCode = decline.DeclineCode, Charge = charge.Id, PaymentMethod = Json.Element(method) };
        var failed = commit.Put(intent.Fail(error, charge));
        commit.Emit("charge.failed", charge, caller);
        commit.Emit("payment_intent.payment_failed", failed, caller);
        return new Refusal(402, error with { PaymentIntent = Json.Element(failed) });
    }

    private static string? ReturnUrl(Parameters given, PaymentIntent intent)
    {
        var url = given.Text("return_url");
        // Stripe refuses this too: with automatic methods some might redirect, and there would be no way back.
        if (url is null && intent.AutomaticPaymentMethods is { AllowRedirects: "always" })
            throw Refusal.Invalid(null, "return_url", "This PaymentIntent is configured to accept payment methods that might redirect your customer off of your page, so you must " +
                "provide a `return_url`. If you don't want that, set `automatic_payment_methods[allow_redirects]` to `never` when creating it, or name `allowed_payment_method_types`.");
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
            throw Refusal.Invalid("url_invalid", "return_url", "Not a valid URL");
        return url;
    }
}
