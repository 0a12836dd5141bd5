using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EShop.Messaging;

/// <summary>Publishes what the outbox holds: unpublished rows, oldest first, never by a cursor, which would pass over a transaction that commits late.</summary>
internal sealed partial class Relay(
    EventBus bus, NpgsqlDataSource database, Broker broker, Signal signal, [FromKeyedServices(Relay.Published)] Signal published, BusMetrics metrics, IHostApplicationLifetime lifetime, TimeProvider clock,
    ILogger<Relay> logger)
    : BackgroundService
{
    /// <summary>The key of the signal that something was published.</summary>
    public const string Published = "published";

    private const int BatchSize = 500;

    // What is committed here wakes it. So this is for what another replica left when it died, and for whether the broker still has what it was given.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestBusy = TimeSpan.FromSeconds(1);

    private readonly EventStream _stream = new(bus.Service);
    private long _checked;

    private enum Outcome
    {
        Empty,
        More,
        Busy,
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        var backoff = Backoff.Outage(clock);
        var busy = new Backoff(clock, TimeSpan.FromMilliseconds(5), LongestBusy);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var outcome = await PublishAsync(stoppingToken);
                backoff.Reset();
                if (outcome == Outcome.Busy)
                {
                    // Another replica publishes, but it may have looked before our commit: so we look again shortly.
                    await busy.WaitAsync(stoppingToken);
                    continue;
                }

                busy.Reset();
                if (outcome == Outcome.Empty)
                    await signal.WaitAsync(UntilCheck(), stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                LogFailed(failure);
                await metrics.CountBacklogAsync(stoppingToken);
                await backoff.WaitAsync(stoppingToken);
            }
        }
    }

    private TimeSpan UntilCheck() => Poll - clock.GetElapsedTime(_checked) is var left && left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.Zero;

    private async Task<Outcome> PublishAsync(CancellationToken cancellationToken)
    {
        // An activity that is not recorded: the relay's own statements, again and again, are no traces that anybody looks for.
        using var unrecorded = new Activity("relay").Start();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // The lock is the transaction's: a relay that is killed or cut off holds it no longer than its session.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await RelayBatch.TakeAsync(connection, bus.Service, BatchSize, cancellationToken) is not { } batch)
            return Outcome.Busy;
        var check = UntilCheck() == TimeSpan.Zero;
        if (batch.Rows.Count == 0 && !check)
        {
            metrics.NothingWaits();
            return Outcome.Empty;
        }

        var redis = await broker.SharedAsync(cancellationToken);
        var spans = batch.Rows.ConvertAll(row => Telemetry.Send(bus.Service, row));
        var ids = batch.State is { } state
            ? await _stream.AppendAsync(redis, state.Epoch, state.Last, batch.Rows.Zip(spans).SelectMany(sent => Envelope.Values(sent.First, bus.Service, sent.Second?.Id ?? sent.First.TraceParent)))
            : null;
        _checked = clock.GetTimestamp();
        spans.ForEach(span => span?.Dispose());
        if (ids is null)
        {
            var epoch = Guid.CreateVersion7(clock.GetUtcNow());
            var floor = Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), batch.State?.Last.Ms + 1 ?? 0);
            var last = await _stream.BeginAsync(redis, epoch, floor);
            var again = await RelayBatch.BeginEpochAsync(connection, bus.Service, epoch, last, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            metrics.NewEpoch();
            if (batch.State is null && again == 0)
                LogFirstEpoch(epoch);
            else
                LogNewEpoch(epoch, again);
            return Outcome.More;
        }

        // Not to be cancelled any more: what is appended and not marked is published twice.
        await RelayBatch.MarkAsync(connection, bus.Service, batch, ids, clock.GetUtcNow(), CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        metrics.Published(batch.Rows);
        if (batch.Rows.Count > 0)
            published.Set();
        if (batch.Rows.Count == BatchSize)
            return Outcome.More;
        metrics.NothingWaits();
        return Outcome.Empty;
    }

    [LoggerMessage(2001, LogLevel.Warning, "The relay could not publish; it tries again and nothing is lost")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(2002, LogLevel.Warning, "The stream is not as it was left: epoch {Epoch} begins, {Again} events are published again")]
    private partial void LogNewEpoch(Guid epoch, int again);

    [LoggerMessage(2003, LogLevel.Information, "No stream is known here yet: epoch {Epoch} begins")]
    private partial void LogFirstEpoch(Guid epoch);
}
