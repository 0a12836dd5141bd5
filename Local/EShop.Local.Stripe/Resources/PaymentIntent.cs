using System.Text.Json;

namespace EShop.Local.Stripe;

/// <summary>One payment from its wish to its end. Its methods are the only changes of status there are.</summary>
internal sealed record PaymentIntent : IStored
{
    public required string Id { get; init; }

    public string Object => "payment_intent";

    public required long Created { get; init; }

    public bool Livemode { get; }

    public required long Amount { get; init; }

    public long AmountCapturable { get; }

    public long AmountReceived { get; init; }

    public required string Currency { get; init; }

    public required string Status { get; init; }

    public required string CaptureMethod { get; init; }

    public string ConfirmationMethod { get; } = "automatic";

    public required string ClientSecret { get; init; }

    public string? Customer { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public string? PaymentMethod { get; init; }

    public IReadOnlyList<string> PaymentMethodTypes { get; } = ["card"];

    public AutomaticPaymentMethods? AutomaticPaymentMethods { get; init; }

    public string? LatestCharge { get; init; }

    public JsonElement? LastPaymentError { get; init; }

    public NextAction? NextAction { get; init; }

    public long? CanceledAt { get; init; }

    public string? CancellationReason { get; init; }

    public string? ReceiptEmail { get; init; }

    public string? SetupFutureUsage { get; init; }

    public string? StatementDescriptorSuffix { get; init; }

    public JsonElement? Shipping { get; init; }

    public PaymentIntent Choose(string paymentMethod) => this with { PaymentMethod = paymentMethod, Status = IntentStatus.RequiresConfirmation, NextAction = null };

    public PaymentIntent Succeed(Charge charge) => this with
    {
        Status = IntentStatus.Succeeded,
        AmountReceived = charge.Amount,
        LatestCharge = charge.Id,
        LastPaymentError = null,
        NextAction = null,
    };

    /// <summary>The method is taken off: the next attempt has to name one.</summary>
    public PaymentIntent Fail(ErrorDetail error, Charge? charge) => this with
    {
        Status = IntentStatus.RequiresPaymentMethod,
        PaymentMethod = null,
        LatestCharge = charge?.Id ?? LatestCharge,
        LastPaymentError = Json.Element(error),
        NextAction = null,
    };

    public PaymentIntent AskForAuthentication(string challengeUrl, string? returnUrl) => this with
    {
        Status = IntentStatus.RequiresAction,
        NextAction = new NextAction("redirect_to_url", new RedirectToUrl(challengeUrl, returnUrl)),
    };

    public PaymentIntent Cancel(string? reason, long now) => this with
    {
        Status = IntentStatus.Canceled,
        CanceledAt = now,
        CancellationReason = reason,
        NextAction = null,
    };
}

internal sealed record AutomaticPaymentMethods(bool Enabled, string AllowRedirects);

internal sealed record NextAction(string Type, RedirectToUrl RedirectToUrl);

internal sealed record RedirectToUrl(string Url, string? ReturnUrl);

internal static class IntentStatus
{
    public const string RequiresPaymentMethod = "requires_payment_method";
    public const string RequiresConfirmation = "requires_confirmation";
    public const string RequiresAction = "requires_action";
    public const string Succeeded = "succeeded";
    public const string Canceled = "canceled";

    public static bool IsOver(this PaymentIntent intent) => intent.Status is Succeeded or Canceled;
}
