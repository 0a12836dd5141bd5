namespace EShop.Payment;

internal enum RefundStatus
{
    Pending,
    Succeeded,
    Failed,
}

/// <summary>Money that goes back to the card. Its row is there before Stripe is asked.</summary>
internal sealed class Refund
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required string IntentId { get; init; }

    /// <summary>In minor units.</summary>
    public required long Amount { get; init; }

    public RefundStatus Status { get; set; }

    /// <summary>Stripe's id, once Stripe has answered.</summary>
    public string? StripeId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
