using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Ends unpaid orders at their deadline. Where Stripe has an intent, or might have one, Stripe is asked to cancel first: what was paid in the last moment stays paid.</summary>
internal sealed class ExpirePayments(IServiceScopeFactory scopes, EndOperations operations, FirstComparison firstComparison, PaymentMetrics metrics, TimeProvider clock, ILogger<ExpirePayments> logger)
    : Worker(scopes, clock, Poll, logger)
{
    private const int Batch = 100;

    protected override async Task<DateTimeOffset> WorkAsync(IServiceProvider services, CancellationToken stoppingToken)
    {
        List<Operation> opened = [];
        var now = Clock.GetUtcNow();
        var (db, outbox) = (services.GetRequiredService<PaymentDb>(), services.GetRequiredService<IOutbox>());
        if (await NextAsync(db, stoppingToken) is var next && next > now)
            return next;
        await using (var transaction = await db.Database.BeginTransactionAsync(stoppingToken))
        {
            var due = await db.Payments.FromSql($"""
                SELECT * FROM payments p
                WHERE status IN ('awaiting_stock', 'awaiting_payment', 'requires_action') AND expires_at <= {now} AND NOT EXISTS (SELECT FROM operations o WHERE o.order_id = p.order_id)
                ORDER BY expires_at LIMIT {Batch} FOR NO KEY UPDATE SKIP LOCKED
                """).ToListAsync(stoppingToken);
            if (due.Count == 0)
                return now + Soon;
            // Looked up again under the locks: an operation opened between the snapshot and the lock is not in the snapshot.
            var ids = due.ConvertAll(payment => payment.OrderId);
            var busy = (await db.Operations.Where(o => ids.Contains(o.OrderId)).Select(o => o.OrderId).ToListAsync(stoppingToken)).ToHashSet();
            foreach (var payment in due.Where(payment => !busy.Contains(payment.OrderId)))
            {
                if (payment.IntentId is null && firstComparison.IsDone)
                {
                    outbox.Publish(payment.Cancel(CancelReason.Expired, now)!, payment.TraceParent);
                    metrics.Went(PaymentStatus.Canceled);
                    continue;
                }

                var operation = Operation.Start(OperationKind.Cancel, payment, new OperationParameters { Reason = CancelReason.Expired }, OperationStore.WorkerLease, now);
                db.Add(operation);
                opened.Add(operation);
            }

            await db.SaveChangesAsync(stoppingToken);
            await transaction.CommitAsync(stoppingToken);
        }

        await Parallel.ForEachAsync(opened, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stoppingToken },
            async (operation, token) => await operations.EndAsync(operation.OrderId, operation.LeaseToken, token));
        return AtOnce;
    }

    private static async Task<DateTimeOffset> NextAsync(PaymentDb db, CancellationToken stoppingToken)
    {
        var first = await db.Database.SqlQuery<DateTimeOffset>($"""
            SELECT expires_at FROM payments p
            WHERE status IN ('awaiting_stock', 'awaiting_payment', 'requires_action') AND expires_at IS NOT NULL AND NOT EXISTS (SELECT FROM operations o WHERE o.order_id = p.order_id)
            ORDER BY expires_at LIMIT 1
            """).ToListAsync(stoppingToken);
        return first is [var due] ? due : Whenever;
    }
}
