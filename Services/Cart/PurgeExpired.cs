using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace EShop.Cart;

/// <summary>Every hour removes what only ages: guests' carts that nobody came back to, orders that ended long ago, and tombstones that no late event can need any more.
/// In portions that skip what is locked, so it stands in nobody's way and two replicas may run it at once.</summary>
internal sealed partial class PurgeExpired(IServiceScopeFactory scopes, TimeProvider clock, IOptions<CartOptions> options, ILogger<PurgeExpired> logger) : BackgroundService
{
    private const int Portion = 1000;

    // Longer than any event is kept and any inbox remembers.
    private static readonly TimeSpan TombstoneRetention = TimeSpan.FromDays(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return; // The service stops.
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            Purged(logger, await PurgeAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or InvalidOperationException { InnerException: NpgsqlException })
        {
            Failed(logger, exception); // The next hour will do.
        }
    }

    internal async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var lastDay = DateOnly.FromDateTime((now - options.Value.GuestRetention).UtcDateTime);
        // The lines go with the cart.
        return await InPortionsAsync($"DELETE FROM carts WHERE id IN (SELECT id FROM carts WHERE guest AND touched_on < {lastDay} LIMIT {Portion} FOR UPDATE SKIP LOCKED)", cancellationToken)
            + await InPortionsAsync($"DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE closed_at < {now - options.Value.OrderRetention} LIMIT {Portion} FOR UPDATE SKIP LOCKED)", cancellationToken)
            + await InPortionsAsync(
                $"""
                DELETE FROM products WHERE id IN (
                    SELECT id FROM products WHERE deleted_at < {now - TombstoneRetention} AND NOT EXISTS (SELECT FROM cart_lines WHERE product_id = products.id)
                    LIMIT {Portion} FOR UPDATE SKIP LOCKED)
                """,
                cancellationToken);
    }

    private async Task<int> InPortionsAsync(FormattableString delete, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CartDb>();
        for (var removed = 0; ;)
        {
            var portion = await db.Database.ExecuteSqlAsync(delete, cancellationToken);
            removed += portion;
            if (portion < Portion)
                return removed;
        }
    }

    [LoggerMessage(310, LogLevel.Information, "Removed {Rows} rows that nobody needs any more")]
    private static partial void Purged(ILogger logger, int rows);

    [LoggerMessage(311, LogLevel.Warning, "What has expired could not be removed; the next try is in an hour")]
    private static partial void Failed(ILogger logger, Exception exception);
}
