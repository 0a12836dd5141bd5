using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EShop.Messaging;

/// <summary>Removes what has aged: inbox ids after 30 days, so that an id outlives its event's row, and published rows after 7 days, if every subscriber has acknowledged them.</summary>
internal sealed partial class Housekeeping(NpgsqlDataSource database, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Housekeeping> logger) : BackgroundService
{
    private const int AtOnce = 1000;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan KeepInbox = TimeSpan.FromDays(30);
    private static readonly TimeSpan KeepPublished = TimeSpan.FromDays(7);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        using var unrecorded = new Activity("housekeeping").Start();
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PurgeAsync(stoppingToken);
            }
            // An exception that leaves here stops the whole service.
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogPostponed(failure);
            }
        }
    }

    /// <summary>Removes everything that is old enough, a thousand rows a statement: no lock is held for long, and replicas may do so at once.</summary>
    internal async Task PurgeAsync(CancellationToken cancellationToken)
    {
        // Ids are UUIDv7 and so sorted by time: an upper bound by id keeps each look at the primary key's old end.
        await PurgeAsync("inbox", "handled_at < $2", KeepInbox, cancellationToken);
        await PurgeAsync("event_tries", "tried_at < $2", KeepInbox, cancellationToken);
        await PurgeAsync("outbox", "published_at < $2 AND done_at IS NOT NULL", KeepPublished, cancellationToken);
    }

    private async Task PurgeAsync(string table, string condition, TimeSpan keep, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - keep;
        int removed;
        do
        {
            await using var purge = database.CreateCommand(
                $"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE id < $1 AND {condition} ORDER BY id LIMIT {AtOnce} FOR UPDATE SKIP LOCKED)");
            purge.Parameters.Add(new() { Value = Guid.CreateVersion7(before) });
            purge.Parameters.Add(new() { Value = before });
            removed = await purge.ExecuteNonQueryAsync(cancellationToken);
        }
        while (removed == AtOnce);
    }

    [LoggerMessage(2031, LogLevel.Warning, "Old rows could not be removed; they are removed at the next time")]
    private partial void LogPostponed(Exception failure);
}
