using EShop.Contracts;
using EShop.Messaging;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Products.Stock;

/// <summary>Tells <c>stock.changed</c>, at most once a product a second however many orders move it and however many replicas there are: the row of
/// <see cref="StockAnnouncement"/> decides. What a process that died left untold is found by the look at all products, at start and every 30 seconds.</summary>
internal sealed partial class AnnounceStock(IServiceScopeFactory scopes, MovedStock moved, TimeProvider clock, ILogger<AnnounceStock> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), clock);
        var sweepAt = clock.GetUtcNow();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var hints = moved.Take();
            var all = clock.GetUtcNow() >= sweepAt;
            if (!all && hints.Length == 0)
                continue;

            try
            {
                // What was told less than a second ago is looked at again; what is told already drops out here.
                moved.Add(await AnnounceAsync(all ? null : hints, stoppingToken));
                if (all)
                    sweepAt = clock.GetUtcNow() + Sweep;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                moved.Add(hints);
                LogFailed(failure);
            }
        }
    }

    /// <summary>Tells what may be told now.</summary>
    /// <param name="among">The products to look at; null for all.</param>
    /// <returns>The products that changed and were told less than a second ago.</returns>
    public async Task<IReadOnlyList<Guid>> AnnounceAsync(Guid[]? among, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ProductsDb>();
        var outbox = scope.ServiceProvider.GetRequiredService<IOutbox>();
        var now = clock.GetUtcNow();
        var due = now - Interval;

        await using var transaction = await db.JoinTransactionAsync(cancellationToken);
        var changed = await db.Database.SqlQuery<Change>(
            $"""
            WITH changed AS (
                SELECT p.id, p.stock, p.reserved, p.stock_version
                FROM products p LEFT JOIN stock_announcements a ON a.product_id = p.id
                WHERE p.deleted_at IS NULL AND p.stock_version > coalesce(a.stock_version, 1) AND ({among}::uuid[] IS NULL OR p.id = ANY({among}))
                ORDER BY p.id
            ), told AS (
                INSERT INTO stock_announcements AS a (product_id, stock_version, announced_at)
                SELECT id, stock_version, {now} FROM changed
                ON CONFLICT (product_id) DO UPDATE SET stock_version = excluded.stock_version, announced_at = excluded.announced_at
                WHERE a.stock_version < excluded.stock_version AND a.announced_at <= {due}
                RETURNING product_id
            )
            SELECT id AS product_id, stock, reserved, stock_version, EXISTS (SELECT FROM told WHERE product_id = id) AS told FROM changed
            """).ToListAsync(cancellationToken);
        foreach (var change in changed.Where(change => change.Told))
            outbox.Publish(new StockChanged(change.ProductId, change.Stock, change.Reserved, change.StockVersion));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. changed.Where(change => !change.Told).Select(change => change.ProductId)];
    }

    [LoggerMessage(3010, LogLevel.Warning, "Telling what changed in the stock failed; it is tried again.")]
    private partial void LogFailed(Exception failure);

    private sealed record Change(Guid ProductId, int Stock, int Reserved, long StockVersion, bool Told);
}
