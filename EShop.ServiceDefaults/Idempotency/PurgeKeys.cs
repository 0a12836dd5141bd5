using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EShop.ServiceDefaults;

/// <summary>Removes keys older than 24 hours, every ten minutes, a thousand at a time.</summary>
internal sealed partial class PurgeKeys(NpgsqlDataSource database, TimeProvider clock, ILogger<PurgeKeys> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await PurgeAsync(stoppingToken) == 1000)
                {
                }
            }
            catch (NpgsqlException exception)
            {
                Failed(logger, exception.Message);
            }
        }
    }

    private async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM idempotency_keys WHERE created_at < $1 LIMIT 1000 FOR UPDATE SKIP LOCKED)");
        command.Parameters.AddWithValue(clock.GetUtcNow() - KeyedRequest.KeptFor);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(30, LogLevel.Warning, "Old idempotency keys could not be removed ({Reason}); the next round tries again")]
    private static partial void Failed(ILogger logger, string reason);
}
