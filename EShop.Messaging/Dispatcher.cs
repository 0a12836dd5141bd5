using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EShop.Messaging;

/// <summary>What became of a batch: what may be acknowledged, and what is to be tried again when.</summary>
internal sealed record Dispatched(List<Entry> Done, List<(Entry Entry, DateTimeOffset Due)> Again);

/// <summary>Has entries applied: together if that works, else one by one, and aside with what never will.</summary>
internal sealed partial class Dispatcher<TContext>(
    string publisher, EventBus bus, Inbox<TContext> inbox, Parking parking, BusMetrics metrics, TimeProvider clock, ILogger logger)
    where TContext : DbContext
{
    /// <summary>How often a handler may fail at one event.</summary>
    public const int Tries = 5;

    private readonly Backoff _backoff = Backoff.Outage(clock);

    /// <summary>Applies the entries. Waits for as long as the database is away.</summary>
    /// <param name="entries">The entries as they came.</param>
    /// <param name="alone">One by one and counted: for what was handed out before, since it may be what killed its process.</param>
    /// <param name="stopping">Ends the waiting; what was not applied by then is left pending.</param>
    /// <param name="abandon">Ends what is running.</param>
    public async Task<Dispatched> DispatchAsync(IReadOnlyList<Entry> entries, bool alone, CancellationToken stopping, CancellationToken abandon)
    {
        var result = new Dispatched([], []);
        var deliveries = new List<Delivery>(entries.Count);
        foreach (var entry in entries)
        {
            if (await ReadAsync(entry, stopping, abandon) is { } delivery)
                deliveries.Add(delivery);
            else
                result.Done.Add(entry);
        }

        if (entries.Count(IsUnknown) is var unknown and > 0)
        {
            metrics.Unknown(publisher, unknown);
            LogUnknown(unknown, publisher);
        }

        if (deliveries.Count > 0 && !alone && await TogetherAsync(deliveries, stopping, abandon))
        {
            result.Done.AddRange(deliveries.Select(d => d.Entry));
            return result;
        }

        foreach (var delivery in deliveries)
        {
            stopping.ThrowIfCancellationRequested();
            if (await AloneAsync(delivery, stopping, abandon) is { } wait)
                result.Again.Add((delivery.Entry, clock.GetUtcNow() + wait));
            else
                result.Done.Add(delivery.Entry);
        }

        return result;
    }

    private bool IsUnknown(Entry entry) => !bus.Knows(entry, publisher);

    // Null where there is nothing to apply: gone from the stream, of a type that is not ours, or not to be read, and so parked.
    private async Task<Delivery?> ReadAsync(Entry entry, CancellationToken stopping, CancellationToken abandon)
    {
        if (entry.Fields.Count == 0 || IsUnknown(entry))
            return null;
        try
        {
            return bus.Read(entry, publisher);
        }
        catch (Exception failure)
        {
            LogUnreadable(entry.Id, publisher, failure.GetType().Name);
            await PatientlyAsync(() => parking.ParkAsync(publisher, entry, 0, Parking.Describe(failure), abandon), stopping);
            return null;
        }
    }

    private async Task<bool> TogetherAsync(List<Delivery> deliveries, CancellationToken stopping, CancellationToken abandon)
    {
        try
        {
            await PatientlyAsync(() => inbox.ApplyAsync(deliveries, abandon), stopping);
            return true;
        }
        catch (Exception failure) when (Failure.Of(failure) == FailureKind.Own)
        {
            if (deliveries.Count > 1)
                LogOneByOne(deliveries.Count, publisher, failure);
            return false;
        }
    }

    // Null where it is settled, else how long to wait before the next try.
    private async Task<TimeSpan?> AloneAsync(Delivery delivery, CancellationToken stopping, CancellationToken abandon)
    {
        var (id, type) = (delivery.Envelope.Id, delivery.Envelope.Type);
        var (attempt, error) = (0, (string?)null);
        await PatientlyAsync(async () => (attempt, error) = await parking.CountAsync(id, abandon), stopping);
        if (attempt > Tries)
        {
            await ParkAsync(error ?? "The process ended at every try.");
            return null;
        }

        try
        {
            await PatientlyAsync(() => inbox.ApplyAsync([delivery], abandon), stopping);
            return null;
        }
        catch (Exception failure) when (Failure.Of(failure) == FailureKind.Own)
        {
            LogFailed(type, id, attempt, Tries, failure);
            if (attempt >= Tries)
            {
                await ParkAsync(Parking.Describe(failure));
                return null;
            }

            await PatientlyAsync(() => parking.RecordAsync(id, failure, abandon), stopping);
            return TimeSpan.FromMilliseconds(100 << attempt);
        }

        async Task ParkAsync(string why)
        {
            await PatientlyAsync(() => parking.ParkAsync(publisher, delivery.Entry, Math.Min(attempt, Tries), why, abandon), stopping);
            LogParked(type, id);
        }
    }

    private async Task PatientlyAsync(Func<Task> action, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await action();
                _backoff.Reset();
                return;
            }
            catch (Exception failure) when (Failure.Of(failure) != FailureKind.Own)
            {
                LogWaits(publisher, failure);
                await _backoff.WaitAsync(stopping);
            }
        }
    }

    [LoggerMessage(2011, LogLevel.Debug, "{Count} events of {Publisher} are of types that this service does not act on")]
    private partial void LogUnknown(int count, string publisher);

    [LoggerMessage(2012, LogLevel.Error, "Entry {Entry} of {Publisher} can't be read ({Error}) and is parked")]
    private partial void LogUnreadable(string entry, string publisher, string error);

    [LoggerMessage(2013, LogLevel.Warning, "A batch of {Count} events of {Publisher} failed and is applied one by one")]
    private partial void LogOneByOne(int count, string publisher, Exception failure);

    [LoggerMessage(2014, LogLevel.Warning, "{Type} {Id} failed at try {Attempt} of {Tries}")]
    private partial void LogFailed(string type, Guid id, int attempt, int tries, Exception failure);

    [LoggerMessage(2015, LogLevel.Error, "{Type} {Id} is parked: it waits among the dead letters")]
    private partial void LogParked(string type, Guid id);

    [LoggerMessage(2016, LogLevel.Warning, "Events of {Publisher} wait for the database; no try is counted")]
    private partial void LogWaits(string publisher, Exception failure);
}
