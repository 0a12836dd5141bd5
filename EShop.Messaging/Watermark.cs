using System.Diagnostics;
using EShop.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EShop.Messaging;

/// <summary>Marks as done what every subscriber has acknowledged. An acknowledgement follows the subscriber's commit, so done is for ever: a broker that lost everything is
/// told the backlog again, not the history.</summary>
internal sealed partial class Watermark(
    EventBus bus, NpgsqlDataSource database, Broker broker, [FromKeyedServices(Relay.Published)] Signal published, BusMetrics metrics, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Watermark> logger)
    : BackgroundService
{
    private const int AtOnce = 2000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3);

    // Where everything is done already, until this process publishes: another may have published and died.
    private static readonly TimeSpan WhileDone = TimeSpan.FromSeconds(15);

    private readonly EventStream _stream = new(bus.Service);
    private string _told = "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        using var unrecorded = new Activity("watermark").Start();
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (!await AdvanceAsync(stoppingToken))
                    await published.WaitAsync(WhileDone, stoppingToken);
            }
            // An exception that leaves here stops the whole service.
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogPostponed(failure.GetType().Name);
            }
        }
    }

    /// <returns>False where nothing waited to be done.</returns>
    internal async Task<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        var (waits, seen) = await LookAsync(cancellationToken);
        if (seen is not var (epoch, groups) || !Tell([.. groups.Keys]) || groups.Count == 0)
            return waits;
        var upTo = groups.Values.Min();
        while (await MarkAsync(epoch, upTo, cancellationToken) == AtOnce)
            continue;
        await _stream.TrimAsync(await broker.SharedAsync(cancellationToken), upTo);
        return true;
    }

    // Where nothing waits to be done, an idle service asks Redis nothing.
    private async Task<(bool Waits, (Guid Epoch, IReadOnlyDictionary<string, EntryId> Groups)? Seen)> LookAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Under the relay's lock nothing is on its way into the stream: its last entry is the recorded one, or Redis lost something. Then the groups may have gone on to
        // something newer, and passed over what was lost.
        await using var read = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT pg_advisory_xact_lock($1) WHERE EXISTS (SELECT FROM outbox WHERE published_at IS NOT NULL AND done_at IS NULL)")
                {
                    Parameters = { new() { Value = RelayBatch.OneAtATime } },
                },
                new("SELECT epoch, last_ms, last_seq FROM relay_state WHERE publisher = $1") { Parameters = { new() { Value = bus.Service } } },
            },
        };
        Guid epoch;
        EntryId last;
        await using (var reader = await read.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return (false, null);
            if (!await reader.NextResultAsync(cancellationToken) || !await reader.ReadAsync(cancellationToken))
                return (true, null);
            (epoch, last) = (reader.GetGuid(0), new(reader.GetInt64(1), reader.GetInt64(2)));
        }

        return (true, await _stream.AcknowledgedAsync(await broker.SharedAsync(cancellationToken), epoch, last) is { } groups ? (epoch, groups) : null);
    }

    // A subscriber that never ran has acknowledged nothing: without its group, nothing is done. A group that nobody declares counts as well, since the version before or after
    // this one may run beside it; only an operator removes it.
    private bool Tell(IReadOnlyCollection<string> groups)
    {
        var declared = Subscribers.Of.GetValueOrDefault(bus.Service) ?? [];
        var (missing, stray) = (declared.Except(groups).ToList(), groups.Except(declared).ToList());
        metrics.Groups(missing.Count, stray.Count);
        var (missingNames, strayNames) = (string.Join(", ", missing), string.Join(", ", stray));
        if (_told != missingNames + "/" + strayNames)
        {
            _told = missingNames + "/" + strayNames;
            if (missing.Count > 0)
                LogMissing(missingNames);
            if (stray.Count > 0)
                LogStray(strayNames);
        }

        return missing.Count == 0;
    }

    private async Task<int> MarkAsync(Guid epoch, EntryId upTo, CancellationToken cancellationToken)
    {
        // What a new epoch has unpublished meanwhile is left alone: hence the condition on the row itself as well.
        await using var mark = database.CreateCommand(
            $"""
            WITH state AS (UPDATE relay_state SET watermark_ms = $3, watermark_seq = $4 WHERE publisher = $5 AND epoch = $2)
            UPDATE outbox SET done_at = $1 WHERE epoch = $2 AND id IN (
                SELECT id FROM outbox WHERE published_at IS NOT NULL AND done_at IS NULL AND epoch = $2 AND (entry_ms, entry_seq) <= ($3, $4)
                ORDER BY entry_ms, entry_seq LIMIT {AtOnce} FOR UPDATE SKIP LOCKED)
            """);
        mark.Parameters.Add(new() { Value = clock.GetUtcNow() });
        mark.Parameters.Add(new() { Value = epoch });
        mark.Parameters.Add(new() { Value = upTo.Ms });
        mark.Parameters.Add(new() { Value = upTo.Seq });
        mark.Parameters.Add(new() { Value = bus.Service });
        return await mark.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(2041, LogLevel.Debug, "What was acknowledged is marked at the next time ({Error})")]
    private partial void LogPostponed(string error);

    [LoggerMessage(2042, LogLevel.Warning, "No group of {Missing} reads the stream: its events are kept and the stream is not trimmed")]
    private partial void LogMissing(string missing);

    [LoggerMessage(2043, LogLevel.Warning, "{Stray} reads the stream without being declared: what it has not acknowledged is kept")]
    private partial void LogStray(string stray);
}
