namespace EShop.Payment;

/// <summary>A PaymentIntent as far as it concerns us.</summary>
/// <param name="OrderId"><c>metadata[orderId]</c>.</param>
/// <param name="Charge">Its latest charge, failed ones included.</param>
internal sealed record Intent(string Id, string Status, string? ClientSecret, string? OrderId, Charge? Charge, NextAction? NextAction, PaymentError? LastError);

/// <param name="Amount">In minor units, like <paramref name="AmountRefunded"/>.</param>
internal sealed record Charge(string Id, long Amount, long AmountRefunded, string? Brand, string? Last4, DateTimeOffset CreatedAt);

/// <summary>A refund at Stripe.</summary>
internal sealed record StripeRefund(string Id, string Status, string? RefundId);

/// <summary>What the buyer has to do, for example to prove who they are at <paramref name="RedirectUrl"/>.</summary>
internal sealed record NextAction(string Type, string? RedirectUrl);

/// <summary>Why the last try did not go through, in Stripe's words.</summary>
internal sealed record PaymentError(string Code, string? DeclineCode, string Message);

/// <summary>Stripe's names.</summary>
internal static class IntentStatus
{
    public const string Succeeded = "succeeded";
    public const string Canceled = "canceled";
    public const string Processing = "processing";
    public const string RequiresAction = "requires_action";
}
