namespace EShop.Payment;

internal enum ConcernKind
{
    /// <summary>Stripe could not send money back, at once or after it had said that it did. It is with the shop, and the buyer waits for it.</summary>
    RefundFailed,

    /// <summary>Somebody refunded at Stripe itself.</summary>
    RefundMadeAtStripe,

    /// <summary>The cardholder's bank wants the money back.</summary>
    Dispute,

    /// <summary>Stripe's records and ours differ, and reading Stripe's did not help.</summary>
    Drift,
}

/// <summary>Something about a payment that a person has to look at. Raised only with the payment's row locked or its version compared, so each is raised once.</summary>
internal sealed class Concern
{
    public required Guid Id { get; init; }

    public required ConcernKind Kind { get; init; }

    public required Guid OrderId { get; init; }

    /// <summary>Stripe's id of the refund, the dispute or the intent that it is about.</summary>
    public required string Reference { get; init; }

    /// <summary>In minor units.</summary>
    public long? Amount { get; init; }

    /// <summary>What is known of it, as it is now.</summary>
    public required string Detail { get; set; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>In how many looks at Stripe's records it was found, where that is how it was found.</summary>
    public int Times { get; set; } = 1;

    /// <summary>When somebody has dealt with it.</summary>
    public DateTimeOffset? DismissedAt { get; set; }

    public static Concern Raise(ConcernKind kind, Guid orderId, string reference, long? amount, string detail, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Kind = kind,
        OrderId = orderId,
        Reference = reference,
        Amount = amount,
        Detail = detail,
        Since = now,
    };
}
