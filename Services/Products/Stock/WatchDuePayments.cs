using Microsoft.EntityFrameworkCore;

namespace EShop.Products.Stock;

/// <summary>Raises an alert for payments that came before their checkout and still wait for it after a minute: the checkout's event may be lost.</summary>
internal sealed partial class WatchDuePayments(IServiceScopeFactory scopes, TimeProvider clock, StockAlerts alerts, ILogger<WatchDuePayments> logger) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(15), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure);
            }
        }
    }

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ProductsDb>();
        var since = clock.GetUtcNow() - Patience;
        var due = await db.Reservations.Where(r => r.DueSince < since).OrderBy(r => r.DueSince).Select(r => r.OrderId).Take(100).ToListAsync(cancellationToken);
        alerts.Due(due, Patience);
    }

    [LoggerMessage(3003, LogLevel.Warning, "Looking for payments without a checkout failed; it is tried again.")]
    private partial void LogFailed(Exception failure);
}
