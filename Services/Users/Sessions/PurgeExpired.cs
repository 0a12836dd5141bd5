using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EShop.Users.Sessions;

/// <summary>Deletes the refresh families whose last token has expired, every hour.</summary>
internal sealed partial class PurgeExpired(IServiceScopeFactory scopes, TimeProvider clock, ILogger<PurgeExpired> logger) : BackgroundService
{
    public static Task<int> RunAsync(UsersDb db, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.RefreshFamilies.Where(family => family.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        do
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                Purged(logger, await RunAsync(scope.ServiceProvider.GetRequiredService<UsersDb>(), clock.GetUtcNow(), stoppingToken));
            }
            catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException { InnerException: NpgsqlException })
            {
                NotPurged(logger, exception.Message); // The next hour will do.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(3010, LogLevel.Debug, "{Count} expired refresh families purged")]
    private static partial void Purged(ILogger logger, int count);

    [LoggerMessage(3011, LogLevel.Warning, "Expired refresh families can't be purged now: {Reason}")]
    private static partial void NotPurged(ILogger logger, string reason);
}
