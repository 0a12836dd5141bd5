namespace EShop.Payment;

/// <summary>A PaymentIntent as far as it concerns us.</summary>
/// <param name="OrderId"><c>metadata[orderId]</c>.</param>
/// <param name="Charge">Its latest charge, failed ones included.</param>
/// <param name="CanceledFor">Why, where it is canceled: as we told Stripe when it was us.</param>
internal sealed record Intent(
    string Id, string Status, string? ClientSecret, string? OrderId, Charge? Charge, NextAction? NextAction, PaymentError? LastError, CancelReason CanceledFor = CancelReason.Declined);

/// <param name="Amount">In minor units, like <paramref name="AmountRefunded"/>.</param>
internal sealed record Charge(string Id, long Amount, long AmountRefunded, string? Brand, string? Last4, DateTimeOffset CreatedAt, bool IsDisputed = false);

/// <summary>A refund at Stripe.</summary>
/// <param name="Amount">In minor units.</param>
/// <param name="RefundId"><c>metadata[refundId]</c>: which of ours it is; null where it was made at Stripe itself.</param>
internal sealed record StripeRefund(string Id, string IntentId, RefundStatus Status, long Amount, Guid? RefundId, DateTimeOffset CreatedAt);

/// <summary>A dispute at Stripe, in its words.</summary>
/// <param name="Amount">In minor units.</param>
internal sealed record StripeDispute(string Id, string IntentId, string Status, string Reason, long Amount)
{
    public string Detail => $"{Reason}: {Status}";
}

/// <summary>A page of a list of Stripe's, newest first.</summary>
internal sealed record StripePage<T>(IReadOnlyList<T> Items, bool HasMore);

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
