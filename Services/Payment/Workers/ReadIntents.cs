using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Reads the intents that a webhook spoke of, or that are in Stripe's or the buyer's hands, and does what Stripe says. What a webhook itself says is never believed:
/// events come late, twice and in any order, the intent is as it is.</summary>
internal sealed class ReadIntents(IServiceScopeFactory scopes, EndOperations operations, PaymentMetrics metrics, TimeProvider clock, ILogger<ReadIntents> logger)
    : Worker(scopes, clock, TimeSpan.FromMilliseconds(500), logger)
{
    private const int AtOnce = 8;

    /// <summary>When it is read again, if nothing comes of it (or this process dies over it).</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    protected override async Task<bool> WorkAsync(IServiceProvider services, CancellationToken stoppingToken)
    {
        var db = services.GetRequiredService<PaymentDb>();
        var now = Clock.GetUtcNow();
        // Whoever has an operation open reads the intent anyway.
        var due = await db.Database.SqlQuery<Guid>($"""
            UPDATE payments SET read_at = {now + Again}
            WHERE order_id IN (
                SELECT order_id FROM payments p
                WHERE read_at <= {now} AND status IN ('awaiting_payment', 'requires_action', 'processing', 'canceled', 'rejected')
                    AND NOT EXISTS (SELECT FROM operations o WHERE o.order_id = p.order_id)
                ORDER BY read_at LIMIT {AtOnce} FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING order_id
            """).ToListAsync(stoppingToken);
        await Task.WhenAll(due.Select(orderId => ReadAsync(orderId, stoppingToken)));
        return due.Count == AtOnce;
    }

    private async Task ReadAsync(Guid orderId, CancellationToken stoppingToken)
    {
        await using var scope = Scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PaymentDb>();
        var payment = await db.Payments.SingleAsync(p => p.OrderId == orderId, stoppingToken);
        if (payment.IntentId is null)
        {
            payment.ReadAgain(null);
            await db.SaveChangesAsync(stoppingToken);
            return;
        }

        var answer = await scope.ServiceProvider.GetRequiredService<StripeGateway>().ReadAsync(payment.IntentId, stoppingToken);
        if (answer is not { IsDone: true, Value: { } intent })
            return;
        try
        {
            await ApplyAsync(db, scope.ServiceProvider.GetRequiredService<IOutbox>(), payment, intent, stoppingToken);
            operations.Wake();
        }
        catch (DbUpdateException overtaken) when (overtaken is DbUpdateConcurrencyException || overtaken.InnerException is Npgsql.PostgresException { SqlState: "23505" })
        {
            return; // Changed, or an operation was opened while Stripe was asked: read again in a while.
        }
    }

    private async Task ApplyAsync(PaymentDb db, IOutbox outbox, Payment payment, Intent intent, CancellationToken stoppingToken)
    {
        var (now, before) = (Clock.GetUtcNow(), payment.Status);
        // Once in this order's life: a refund that failed is for a person to look at, not for a loop to repeat.
        if (payment.OwesRefund(intent) && !await db.Refunds.AnyAsync(r => r.OrderId == payment.OrderId, stoppingToken))
        {
            var refund = payment.GiveBack(intent, now);
            db.Add(refund);
            db.Add(Operation.Start(OperationKind.Refund, payment, new OperationParameters { Amount = refund.Amount, RefundId = refund.Id }, TimeSpan.Zero, now));
            metrics.GaveBack();
        }
        else
        {
            if (payment.Obey(intent, CancelReason.Declined, now) is { } happened)
                outbox.Publish(happened, payment.TraceParent);
            if (payment.Status is not (PaymentStatus.RequiresAction or PaymentStatus.Processing))
                payment.ReadAgain(null);
        }

        await db.SaveChangesAsync(stoppingToken);
        if (payment.Status != before)
            metrics.Went(payment.Status);
    }
}
