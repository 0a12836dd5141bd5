using Npgsql;

namespace EShop.Bill;

/// <summary>Forgets the orders that were never paid, every hour, a thousand at a time. One that is paid all the same is known again by that event, and invoiced.</summary>
internal sealed partial class PurgeUnpaid(NpgsqlDataSource database, TimeProvider clock, ILogger<PurgeUnpaid> logger) : BackgroundService
{
    private const int Portion = 1000;

    // Longer than any event is kept and any inbox remembers.
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    internal async Task PurgeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "DELETE FROM orders WHERE order_id IN (SELECT order_id FROM orders WHERE paid_at IS NULL AND created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)");
        command.Parameters.AddWithValue(clock.GetUtcNow() - KeptFor);
        command.Parameters.AddWithValue(Portion);
        while (await command.ExecuteNonQueryAsync(cancellationToken) == Portion)
        {
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PurgeAsync(stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                LogFailed(exception.Message);
            }
        }
    }

    [LoggerMessage(4, LogLevel.Warning, "Orders that were never paid could not be removed ({Reason}); the next try is in an hour")]
    private partial void LogFailed(string reason);
}
