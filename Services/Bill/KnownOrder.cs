using EShop.Contracts;

namespace EShop.Bill;

/// <summary>What Bill knows of an order. The row is there before anything is known: it is what the events of one order lock, so that they can't pass each other.</summary>
internal sealed class KnownOrder
{
    public Guid OrderId { get; init; }

    /// <summary>Its buyer; null until the first event that tells.</summary>
    public Guid? UserId { get; private set; }

    /// <summary>When the payment was heard of: from then on it has a job, or an invoice.</summary>
    public DateTimeOffset? PaidAt { get; private set; }

    public DateTimeOffset CreatedAt { get; init; }

    public void BelongsTo(Guid userId) => UserId ??= userId;

    /// <summary>The job that makes its invoice, or null where the payment was told before.</summary>
    public InvoiceJob? Pay(PaymentSucceeded payment, string? traceParent, DateTimeOffset now)
    {
        BelongsTo(payment.Order.UserId);
        if (PaidAt is not null)
            return null;
        PaidAt = payment.PaidAt;
        return new InvoiceJob
        {
            OrderId = OrderId,
            Order = payment.Order,
            ChargeId = payment.ChargeId,
            PaidAt = payment.PaidAt,
            TraceParent = traceParent,
            DueAt = now,
        };
    }
}
