using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>An event's row is written with its change and kept for days after everybody has it. Where the change is there and the row is not, the event is told as a new one:
/// every subscriber decides by what it knows of the order, so one who had it changes nothing.</summary>
internal sealed class LostEvents(PaymentDb db, IOutbox outbox)
{
    /// <returns>How many were told again.</returns>
    public async Task<int> TellAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var first = Guid.CreateVersion7(since);
        var lost = await WithoutAsync(PaymentSucceeded.Type, first, [PaymentStatus.Succeeded, PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded], cancellationToken);
        foreach (var payment in lost)
            outbox.Publish(payment.TellPaid(), payment.TraceParent);
        var canceled = await WithoutAsync(PaymentCanceled.Type, first, [PaymentStatus.Canceled], cancellationToken);
        foreach (var payment in canceled)
            outbox.Publish(payment.TellCanceled(), payment.TraceParent);
        var refunded = await RefundedAsync(since, cancellationToken);
        foreach (var (payment, refund) in refunded)
            outbox.Publish(payment.TellRefunded(refund), payment.TraceParent);
        await db.SaveChangesAsync(cancellationToken);
        return lost.Count + canceled.Count + refunded.Count;
    }

    private async Task<List<(Payment Payment, Refund Refund)>> RefundedAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var refunds = await db.Refunds.AsNoTracking().Where(refund => refund.CreatedAt > since && refund.Told > 0
            && !db.Set<OutboxMessage>().Any(message => message.Type == PaymentRefunded.Type && message.Subject == refund.OrderId.ToString() && message.Data.Contains(refund.Id.ToString())))
            .ToListAsync(cancellationToken);
        var orders = refunds.Select(refund => refund.OrderId).ToList();
        var payments = await db.Payments.AsNoTracking().Where(payment => orders.Contains(payment.OrderId)).ToDictionaryAsync(payment => payment.OrderId, cancellationToken);
        return refunds.ConvertAll(refund => (payments[refund.OrderId], refund));
    }

    private Task<List<Payment>> WithoutAsync(string type, Guid first, PaymentStatus[] statuses, CancellationToken cancellationToken) => db.Payments.AsNoTracking()
        .Where(payment => payment.OrderId > first && statuses.Contains(payment.Status)
            && !db.Set<OutboxMessage>().Any(message => message.Type == type && message.Subject == payment.OrderId.ToString()))
        .ToListAsync(cancellationToken);
}
