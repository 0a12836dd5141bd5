namespace EShop.Payment;

internal enum OperationKind
{
    /// <summary>Create the intent, for the browser to confirm.</summary>
    Open,

    /// <summary>Create the intent if there is none, and confirm it with a payment method.</summary>
    Confirm,

    /// <summary>Cancel the intent if there is one, and end the order.</summary>
    Cancel,

    /// <summary>Send money back.</summary>
    Refund,
}

/// <summary>What is being done at Stripe about one payment: at most one row a payment, committed before Stripe is asked and deleted with the result. Only the holder of the lease
/// writes the result. Whoever takes an expired lease over finds here all that it takes to ask again under the same key with the same parameters.</summary>
internal sealed class Operation
{
    public required Guid OrderId { get; init; }

    public required OperationKind Kind { get; init; }

    /// <summary>Number of the ask among all of this payment.</summary>
    public required int Attempt { get; set; }

    /// <summary>Stripe's idempotency key of the ask.</summary>
    public required string Key { get; set; }

    /// <summary>The key under which the intent is created, where there is none yet. Where an earlier ask ended without one (Stripe refused it), the number goes into the key too:
    /// this ask's parameters may be others, and one key must never stand for two requests.</summary>
    public required string IntentKey { get; set; }

    public required OperationParameters Parameters { get; init; }

    public required Guid LeaseToken { get; set; }

    public required DateTimeOffset LeaseUntil { get; set; }

    /// <summary>How often it was tried before: above 0 Stripe may have been asked already.</summary>
    public int Tries { get; set; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Stripe forgets keys after 24 hours: from here on what is there is looked up before anything is asked again.</summary>
    public bool IsOld(DateTimeOffset now) => now - OrderId.MadeAt() > TimeSpan.FromHours(20);

    /// <summary>A key that failed at Stripe fails for 24 hours: the next ask needs another one. Only ever used on an intent known by its id, which can't be charged twice.</summary>
    public void UseNextKey() => Key = KeyOf(Kind, OrderId, ++Attempt);

    /// <summary>The same for the creation: harmless, since an intent that nobody confirms is worth nothing.</summary>
    public void UseNextIntentKey() => IntentKey = IntentKeyOf(OrderId, ++Attempt);

    public static Operation Start(OperationKind kind, Payment payment, OperationParameters parameters, TimeSpan lease, DateTimeOffset now) => new()
    {
        OrderId = payment.OrderId,
        Kind = kind,
        Attempt = payment.Attempts + 1,
        Key = kind == OperationKind.Refund ? $"refund:{parameters.RefundId}" : KeyOf(kind, payment.OrderId, payment.Attempts + 1),
        IntentKey = payment.Attempts == 0 ? $"pi:{payment.OrderId}" : IntentKeyOf(payment.OrderId, payment.Attempts + 1),
        Parameters = parameters,
        LeaseToken = Guid.CreateVersion7(now),
        LeaseUntil = now + lease,
        OpenedAt = now,
    };

    /// <summary>The ask for a refund that was set aside.</summary>
    public static Operation Start(Refund refund, Payment payment, TimeSpan lease, DateTimeOffset now) =>
        Start(OperationKind.Refund, payment, new OperationParameters { Amount = refund.Amount, RefundId = refund.Id }, lease, now);

    private static string IntentKeyOf(Guid orderId, int attempt) => $"pi:{orderId}:{attempt}";

    private static string KeyOf(OperationKind kind, Guid orderId, int attempt) => $"{Snake.Of(kind)}:{orderId}:{attempt}";
}

/// <summary>What Stripe is asked with, exactly: a key asked again with other parameters is refused.</summary>
internal sealed record OperationParameters
{
    public long Amount { get; init; }

    public string Currency { get; init; } = "";

    public string? Customer { get; init; }

    public string? PaymentMethod { get; init; }

    public string? ReturnUrl { get; init; }

    public CancelReason? Reason { get; init; }

    public string? Note { get; init; }

    public Guid? RefundId { get; init; }
}
