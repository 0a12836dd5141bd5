using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Cart.Orders;

/// <summary>
/// Tells orders again that are still open long after they should have ended, each time after twice as long. Where Payment has lost the order (its database was put back to an earlier
/// day, or one row is gone) it can be paid again, or ends at its deadline: otherwise its stock would be held for ever, and nobody would know. Where it has ended and this service has not
/// heard of it, Payment tells how. Otherwise nothing changes.
/// </summary>
internal sealed partial class RemindOfOrders(IServiceScopeFactory scopes, TimeProvider clock, ILogger<RemindOfOrders> logger) : BackgroundService
{
    /// <summary>How long an order is open before it is told again: longer than it can be paid, as a rule.</summary>
    public static readonly TimeSpan After = TimeSpan.FromHours(1);

    private const int AtOnce = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await TellAsync(stoppingToken) == AtOnce)
                {
                    // There are more.
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(logger, failure);
            }
        }
    }

    private async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, outbox, now) = (scope.ServiceProvider.GetRequiredService<CartDb>(), scope.ServiceProvider.GetRequiredService<IOutbox>(), clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var open = await db.Orders.FromSql($"""
            UPDATE orders SET tell_at = {now} + greatest({now} - placed_at, {After})
            WHERE id IN (SELECT id FROM orders WHERE closed_at IS NULL AND tell_at <= {now} ORDER BY tell_at LIMIT {AtOnce} FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(cancellationToken);
        if (open.Count == 0)
            return 0;
        foreach (var order in open)
            outbox.Publish(new CartCheckedOut(order.Content));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Told(logger, open.Count);
        return open.Count;
    }

    [LoggerMessage(301, LogLevel.Warning, "Told {Orders} orders again that are still open long after their checkout")]
    private static partial void Told(ILogger logger, int orders);

    [LoggerMessage(302, LogLevel.Warning, "Open orders could not be told again; it is tried again in a moment")]
    private static partial void Failed(ILogger logger, Exception failure);
}
