using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Npgsql;

namespace EShop.Messaging;

/// <summary>What the bus counts. Gauges tell what the relay and the consumers last saw: reading them asks neither Postgres nor Redis.</summary>
internal sealed class BusMetrics : IDisposable
{
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _clock;
    private readonly Meter _meter;
    private readonly Counter<long> _published;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _parked;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _epochs;
    private readonly Histogram<double> _delay;
    private readonly ConcurrentDictionary<string, long> _lag = new();
    private (long Rows, DateTimeOffset? Oldest) _waiting;
    private (int Missing, int Undeclared) _groups;
    private long _counted;

    public BusMetrics(IMeterFactory meters, NpgsqlDataSource database, TimeProvider clock)
    {
        _database = database;
        _clock = clock;
        _meter = meters.Create(Telemetry.Name);
        _published = _meter.CreateCounter<long>("messaging.client.published.messages", "{message}", "Events appended to this service's stream.");
        _consumed = _meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Events whose effect was committed.");
        _parked = _meter.CreateCounter<long>("eshop.events.parked", "{message}", "Events that became dead letters.");
        _unknown = _meter.CreateCounter<long>("eshop.events.unknown", "{message}", "Events that this service acknowledged without knowing their type.");
        _epochs = _meter.CreateCounter<long>("eshop.events.epochs", "{epoch}", "How often the broker was found to have forgotten something, the first start included.");
        _delay = _meter.CreateHistogram<double>("eshop.events.delay", "s", "From the change in the publishing service to its effect here.");
        _meter.CreateObservableGauge("eshop.outbox.backlog", () => _waiting.Rows, "{message}", "Outbox rows that wait to be published.");
        _meter.CreateObservableGauge("eshop.outbox.age", () => _waiting.Oldest is { } oldest ? (_clock.GetUtcNow() - oldest).TotalSeconds : 0, "s", "Age of the oldest of them.");
        _meter.CreateObservableGauge("eshop.events.lag", () => _lag.Select(l => new Measurement<long>(l.Value, Stream(l.Key))), "{message}", "Entries that this service's group has not acknowledged.");
        _meter.CreateObservableGauge("eshop.events.groups.missing", () => _groups.Missing, "{group}", "Declared subscribers that have no group on this service's stream: it is not trimmed.");
        _meter.CreateObservableGauge("eshop.events.groups.undeclared", () => _groups.Undeclared, "{group}", "Groups on this service's stream that nobody declares: what they have not acknowledged is kept.");
    }

    public void Published(IReadOnlyCollection<OutboxMessage> rows)
    {
        if (rows.Count > 0)
            _published.Add(rows.Count);
    }

    public void Consumed(string publisher, Envelope envelope)
    {
        _consumed.Add(1, Stream(publisher));
        _delay.Record(Math.Max(0, (_clock.GetUtcNow() - envelope.Time).TotalSeconds), Stream(publisher));
    }

    public void Parked(string publisher, int count = 1) => _parked.Add(count, Stream(publisher));

    public void NewEpoch() => _epochs.Add(1);

    public void Groups(int missing, int undeclared) => _groups = (missing, undeclared);

    public void Unknown(string publisher, int count) => _unknown.Add(count, Stream(publisher));

    public void Lag(string publisher, long entries) => _lag[publisher] = entries;

    /// <summary>The relay saw an empty outbox.</summary>
    public void NothingWaits() => _waiting = default;

    /// <summary>Counts the unpublished rows while the broker is away, at most every 10 s.</summary>
    public async Task CountBacklogAsync(CancellationToken cancellationToken)
    {
        if (_counted != 0 && _clock.GetElapsedTime(_counted) < CountEvery)
            return;
        _counted = _clock.GetTimestamp();
        try
        {
            await using var count = _database.CreateCommand("SELECT count(*), min(time) FROM outbox WHERE published_at IS NULL");
            await using var reader = await count.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            _waiting = (reader.GetInt64(0), await reader.IsDBNullAsync(1, cancellationToken) ? null : await reader.GetFieldValueAsync<DateTimeOffset>(1, cancellationToken));
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Postgres is away as well, most likely: the gauges keep what was last seen, and the relay's own log line tells why.
        }
    }

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Stream(string publisher) => new("messaging.destination.name", EventKind.StreamOf(publisher));
}
