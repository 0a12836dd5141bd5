using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EShop.Messaging;

/// <summary>Removes what has aged: inbox ids after 30 days, so that an id outlives its event's row, and published rows after 7 days, if every subscriber has acknowledged them.
/// What some subscriber has not acknowledged after 20 days stands aside among the dead letters of its publisher.</summary>
internal sealed partial class Housekeeping(
    EventBus bus, NpgsqlDataSource database, BusMetrics metrics, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Housekeeping> logger) : BackgroundService
{
    private const int AtOnce = 1000;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan KeepInbox = TimeSpan.FromDays(30);
    private static readonly TimeSpan KeepPublished = TimeSpan.FromDays(7);
    private static readonly TimeSpan KeepUnacknowledged = TimeSpan.FromDays(20);

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
        await ParkAsync(cancellationToken);
    }

    // Told once more after the 30 days of the inbox, an event would take effect twice with those that had it. So it is not told again by itself from here on.
    private async Task ParkAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - KeepUnacknowledged;
        int parked;
        do
        {
            await using var park = database.CreateCommand(
                $"""
                WITH old AS (
                    DELETE FROM outbox WHERE id IN (
                        SELECT id FROM outbox WHERE id < $1 AND time < $2 AND published_at IS NOT NULL AND done_at IS NULL ORDER BY id LIMIT {AtOnce} FOR UPDATE SKIP LOCKED)
                    RETURNING *)
                INSERT INTO dead_letters (id, publisher, entry_id, type, subject, fields, error, tries, parked_at)
                SELECT id, $3, entry_ms || '-' || entry_seq, type, subject, json_strip_nulls(json_build_object(
                    'id', id, 'source', '/' || $3, 'type', type, 'subject', subject, 'time', time, 'traceparent', trace_parent,
                    'specversion', '1.0', 'datacontenttype', 'application/json', 'data', data)), $4, 0, $5 FROM old
                """);
            park.Parameters.Add(new() { Value = Guid.CreateVersion7(before) });
            park.Parameters.Add(new() { Value = before });
            park.Parameters.Add(new() { Value = bus.Service });
            park.Parameters.Add(new() { Value = $"Not acknowledged by every subscriber within {KeepUnacknowledged.Days} days." });
            park.Parameters.Add(new() { Value = clock.GetUtcNow() });
            parked = await park.ExecuteNonQueryAsync(cancellationToken);
            if (parked > 0)
            {
                metrics.Parked(bus.Service, parked);
                LogParked(parked, KeepUnacknowledged.Days);
            }
        }
        while (parked == AtOnce);
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

    [LoggerMessage(2032, LogLevel.Error, "{Count} events were not acknowledged by every subscriber within {Days} days and are parked: they wait among the dead letters")]
    private partial void LogParked(int count, int days);
}
