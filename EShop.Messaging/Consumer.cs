using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace EShop.Messaging;

/// <summary>Reads one stream for the service's group, has each batch applied, and only then acknowledges it.</summary>
internal sealed partial class Consumer<TContext>(
    string publisher, Broker broker, EventBus bus, Inbox<TContext> inbox, Parking parking, BusMetrics metrics, TimeProvider clock, ILogger<Consumer<TContext>> logger) : IAsyncDisposable
    where TContext : DbContext
{
    private const int BatchSize = 100;
    private static readonly TimeSpan Block = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ClaimEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ClaimIdle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TendEvery = TimeSpan.FromSeconds(3);
    private const int TendIdleEvery = 3;
    private static readonly TimeSpan DeadAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(5);

    private readonly StreamReader _reader = new(broker, bus, publisher);
    private readonly Dispatcher<TContext> _dispatcher = new(publisher, bus, inbox, parking, metrics, clock, logger);

    // Failed events wait here for their next try, unacknowledged, while the others pass.
    private readonly Dictionary<string, (Entry Entry, DateTimeOffset Due)> _again = [];

    // What this process is at, for the renewal beside it.
    private volatile string[] _held = [];

    // Where to go on among the entries that are pending for this process; null where they are all in hand.
    private string? _recoverAfter;
    private string _claimFrom = "0-0";
    private long _claimed;

    /// <summary>Runs until <paramref name="stopping"/>, then finishes the batch in hand.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var abandon = new CancellationTokenSource();
        await using var finishing = stopping.Register(() => abandon.CancelAfter(FinishWithin));
        // Not recorded: polling is no trace that anybody looks for. Events have spans of their own.
        using var unrecorded = new Activity("consumer").Start();
        var tending = TendAsync(stopping);
        var backoff = Backoff.Outage(clock);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    var (entries, alone) = await TakeAsync(stopping);
                    if (entries.Count > 0)
                        await ProcessAsync(entries, alone, stopping, abandon.Token);
                    backoff.Reset();
                }
                catch (Exception failure) when (!stopping.IsCancellationRequested)
                {
                    // Redis handed out entries without our hearing of it, or did not hear our acknowledgement: they stand in its list of what is pending for us.
                    _recoverAfter = "0";
                    if (!await CreateGroupAsync(failure, stopping))
                    {
                        LogAway(publisher, failure);
                        await backoff.WaitAsync(stopping);
                    }
                }
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            LogStopped(publisher);
        }

        await tending;
        await LeaveAsync();
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    private async Task<(IReadOnlyList<Entry> Entries, bool Alone)> TakeAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        var due = _again.Values.Where(waiting => waiting.Due <= now).Select(waiting => waiting.Entry).ToList();
        if (due.Count > 0)
            return (due, true);
        if (_recoverAfter is not null)
        {
            var own = await _reader.ReadOwnAsync(BatchSize, _recoverAfter, stopping);
            _recoverAfter = own.Count > 0 ? own[^1].Id : null;
            return (NotWaiting(own), true);
        }

        if (clock.GetElapsedTime(_claimed) > ClaimEvery)
        {
            (var claimed, _claimFrom) = await _reader.ClaimAsync(BatchSize, ClaimIdle, _claimFrom, stopping);
            if (_claimFrom == "0-0")
                _claimed = clock.GetTimestamp();
            if (claimed.Count > 0)
                LogClaimed(claimed.Count, publisher);
            return (NotWaiting(claimed), true);
        }

        var next = _again.Values.Select(waiting => waiting.Due - now).Append(Block).Min();
        return (await _reader.ReadNewAsync(BatchSize, next, stopping), false);
    }

    private IReadOnlyList<Entry> NotWaiting(IReadOnlyList<Entry> entries) => _again.Count == 0 ? entries : [.. entries.Where(entry => !_again.ContainsKey(entry.Id))];

    private async Task ProcessAsync(IReadOnlyList<Entry> entries, bool alone, CancellationToken stopping, CancellationToken abandon)
    {
        _held = [.. _again.Keys.Union(entries.Select(entry => entry.Id))];
        var result = await _dispatcher.DispatchAsync(entries, alone, stopping, abandon);
        result.Done.ForEach(entry => _again.Remove(entry.Id));
        result.Again.ForEach(failed => _again[failed.Entry.Id] = failed);
        _held = [.. _again.Keys];
        // The effects are committed. If this is lost, the entries come again and the inbox knows them.
        if (result.Done.Count > 0)
            await _reader.AcknowledgeAsync(result.Done.Select(entry => entry.Id), CancellationToken.None);
    }

    // Redis forgot the group together with everything else, or never had it.
    private async Task<bool> CreateGroupAsync(Exception failure, CancellationToken stopping)
    {
        if (failure is not RedisServerException answer
            || !(answer.Message.StartsWith("NOGROUP", StringComparison.Ordinal) || answer.Message.StartsWith("UNBLOCKED", StringComparison.Ordinal)))
            return false;
        try
        {
            await _reader.CreateGroupAsync(stopping);
            return true;
        }
        catch (Exception) when (!stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    // Beside the loop, however long a batch takes: renews what is in hand, tells the lag, and removes the names of processes that are gone.
    private async Task TendAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(TendEvery, clock);
        try
        {
            for (var tick = 0; await timer.WaitForNextTickAsync(stopping); tick++)
            {
                try
                {
                    if (_held is { Length: > 0 } held)
                        await _reader.RenewAsync(held, stopping);
                    else if (tick % TendIdleEvery != 0)
                        continue; // Nothing is in hand: there is nothing to renew, and the lag may wait.
                    metrics.Lag(publisher, await _reader.LagAsync(stopping));
                    await _reader.RemoveDeadAsync(DeadAfter, stopping);
                }
                // Whatever it is: without the renewal, entries of a long batch would be taken from under it. A lost connection cancels what waited on it, too.
                catch (Exception failure) when (!stopping.IsCancellationRequested)
                {
                    LogNotTended(publisher, failure.GetType().Name);
                }
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            LogStopped(publisher);
        }
    }

    private async Task LeaveAsync()
    {
        try
        {
            await _reader.LeaveAsync();
        }
        catch (Exception failure)
        {
            // The name stays for ten minutes, then another replica removes it.
            LogNotTended(publisher, failure.GetType().Name);
        }
    }

    [LoggerMessage(2021, LogLevel.Warning, "Events of {Publisher} can't be read now; nothing is acknowledged, nothing is lost")]
    private partial void LogAway(string publisher, Exception failure);

    [LoggerMessage(2022, LogLevel.Information, "Claimed {Count} entries of {Publisher} from a consumer that is gone or stuck")]
    private partial void LogClaimed(int count, string publisher);

    [LoggerMessage(2023, LogLevel.Debug, "The group's entries of {Publisher} were not renewed or counted this time: {Error}")]
    private partial void LogNotTended(string publisher, string error);

    [LoggerMessage(2024, LogLevel.Debug, "Consumption of {Publisher} stopped")]
    private partial void LogStopped(string publisher);
}
