using EShop.Contracts;

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

    /// <summary>What was taken back; null where it is for no goods in particular.</summary>
    public IReadOnlyList<RefundedLine>? Lines { get; init; }

    /// <summary>Whether the goods go back on the shelf.</summary>
    public bool Restock { get; init; }

    public RefundStatus Status { get; set; }

    /// <summary>Stripe's id, once Stripe has answered.</summary>
    public string? StripeId { get; set; }

    /// <summary>How much of it was published, in minor units.</summary>
    public long Told { get; set; }

    /// <summary>Who asked for it under which <c>Idempotency-Key</c>.</summary>
    public string? RequestKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether its lines count as taken back: also where it failed after the others had put them back on the shelf.</summary>
    public bool TookBack => Status != RefundStatus.Failed || Told > 0;
}
