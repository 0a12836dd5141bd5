using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Reads the payments that a webhook spoke of, or that are in Stripe's, the bank's or the buyer's hands, and does what Stripe says. What a webhook itself says is never
/// believed: events come late, twice and in any order, the intent is as it is.</summary>
internal sealed class ReadIntents(IServiceScopeFactory scopes, EndOperations operations, TimeProvider clock, ILogger<ReadIntents> logger)
    : Worker(scopes, clock, Poll, logger)
{
    private const int Batch = 8;

    /// <summary>When it is read again, if nothing comes of it (or this process dies over it). Two who read at once do no harm: the second finds the payment changed.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    protected override async Task<DateTimeOffset> WorkAsync(IServiceProvider services, CancellationToken stoppingToken)
    {
        var db = services.GetRequiredService<PaymentDb>();
        var now = Clock.GetUtcNow();
        if (await NextAsync(db, stoppingToken) is var next && next > now)
            return next;
        // Whoever has an operation open reads the intent anyway.
        var due = await db.Database.SqlQuery<Guid>($"""
            UPDATE payments SET read_at = {now + Again}
            WHERE order_id IN (
                SELECT order_id FROM payments p
                WHERE read_at <= {now} AND NOT EXISTS (SELECT FROM operations o WHERE o.order_id = p.order_id)
                ORDER BY read_at LIMIT {Batch} FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING order_id
            """).ToListAsync(stoppingToken);
        await Task.WhenAll(due.Select(orderId => ReadAsync(orderId, stoppingToken)));
        return due.Count > 0 ? AtOnce : now + Soon;
    }

    private static async Task<DateTimeOffset> NextAsync(PaymentDb db, CancellationToken stoppingToken)
    {
        var first = await db.Database.SqlQuery<DateTimeOffset>($"""
            SELECT read_at FROM payments p
            WHERE read_at IS NOT NULL AND NOT EXISTS (SELECT FROM operations o WHERE o.order_id = p.order_id)
            ORDER BY read_at LIMIT 1
            """).ToListAsync(stoppingToken);
        return first is [var due] ? due : Whenever;
    }

    private async Task ReadAsync(Guid orderId, CancellationToken stoppingToken)
    {
        await using var scope = Scopes.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<ObeyStripe>().RunAsync(orderId, stoppingToken))
            operations.Wake();
    }
}
