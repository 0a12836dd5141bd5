namespace EShop.Local.Dashboard.Store;

/// <summary>How an instrument's numbers are to be read.</summary>
internal enum InstrumentKind
{
    Gauge,

    /// <summary>Only ever grows: what interests is how fast.</summary>
    Counter,

    /// <summary>A sum that goes up and down.</summary>
    UpDown,

    Histogram,
}

/// <summary>What is measured.</summary>
public sealed record InstrumentKey(string Service, string Meter, string Name);

/// <summary>What is known about an instrument.</summary>
internal sealed record Instrument(InstrumentKey Key, InstrumentKind Kind, string Unit, string Description);

/// <summary>A value as it came: when the sender began to count, and until when it had counted this.</summary>
internal readonly record struct Sample(Instrument Instrument, Source Source, Tag[] Attributes, long Since, long Time, Measure Measure, bool IsDelta);

/// <summary>The measures of all resources, bounded.</summary>
internal sealed class Metrics(Limits limits)
{
    private const int MostHeard = 1_000;

    /// <summary>Two minutes: the exporter's interval, and the start of a service.</summary>
    private const long Moment = 120_000_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<InstrumentKey, (Instrument Instrument, Dictionary<string, Series> Series)> _instruments = [];

    // When a sender was first heard.
    private readonly Dictionary<Source, long> _heard = [];

    // Whose points came in which order: the oldest point of all is the first one of the series at the front.
    private readonly Queue<(InstrumentKey Key, Series Series)> _order = [];

    public Signal Changed { get; } = new();

    public int Count
    {
        get
        {
            lock (_gate)
                return _order.Count;
        }
    }

    public void Add(List<Sample> samples)
    {
        lock (_gate)
        {
            foreach (var sample in samples)
            {
                if (!_instruments.TryGetValue(sample.Instrument.Key, out var known))
                    _instruments[sample.Instrument.Key] = known = (sample.Instrument, []);
                var key = KeyOf(sample);
                if (!known.Series.TryGetValue(key, out var series))
                {
                    known.Series[key] = series = new Series(key, sample.Source, sample.Attributes);
                    if (NothingSince(sample) is { } since)
                        Added(sample.Instrument.Key, series, series.Add(since, sample.Measure.ToNothing(), isDelta: false));
                }

                Added(sample.Instrument.Key, series, series.Add(sample.Time, sample.Measure, sample.IsDelta));
            }
        }

        Changed.Raise();
    }

    /// <summary>The instruments of a resource, by meter and name.</summary>
    public Instrument[] InstrumentsOf(string service)
    {
        lock (_gate)
        {
            return [.. _instruments.Values.Select(one => one.Instrument).Where(one => one.Key.Service == service)
                .OrderBy(one => one.Key.Meter, StringComparer.Ordinal).ThenBy(one => one.Key.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>The series of an instrument and their points, as they are now.</summary>
    public (Instrument Instrument, (Series Series, Point[] Points)[] Series)? Find(InstrumentKey key)
    {
        lock (_gate)
        {
            return _instruments.TryGetValue(key, out var known)
                ? (known.Instrument, [.. known.Series.Values.Select(series => (series, series.Points))])
                : null;
        }
    }

    // What is counted for the first time was nothing before, as long as its sender was heard, or if it began a moment ago: or the one failure of the day
    // would be in no rate. Null where that can't be known: the sender is older than we are.
    private long? NothingSince(Sample sample)
    {
        if (_heard.Count > MostHeard)
            _heard.Clear();
        var heard = _heard.TryGetValue(sample.Source, out var first) ? first : _heard[sample.Source] = sample.Time;
        if (sample.Instrument.Kind is not (InstrumentKind.Counter or InstrumentKind.Histogram))
            return null;
        return heard < sample.Time ? heard : sample.Time - sample.Since < Moment ? sample.Since : null;
    }

    private void Added(InstrumentKey key, Series series, bool isNew)
    {
        if (!isNew)
            return;
        _order.Enqueue((key, series));
        if (_order.Count > limits.MaxMetricsCount)
            DropOldest();
    }

    private void DropOldest()
    {
        var (key, series) = _order.Dequeue();
        series.DropOldest();
        if (!series.IsEmpty)
            return;
        var (_, all) = _instruments[key];
        all.Remove(series.Key);
        if (all.Count == 0)
            _instruments.Remove(key);
    }

    private static string KeyOf(Sample sample)
    {
        var text = new System.Text.StringBuilder(sample.Source.Instance);
        foreach (var attribute in sample.Attributes)
            text.Append('\0').Append(attribute.Key).Append('\0').Append(attribute.Value);
        return text.ToString();
    }
}
