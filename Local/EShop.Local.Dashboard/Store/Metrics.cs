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

/// <summary>A value as it came.</summary>
internal readonly record struct Sample(Instrument Instrument, Source Source, Tag[] Attributes, long Time, Measure Measure, bool IsDelta);

/// <summary>The measures of all resources, bounded.</summary>
internal sealed class Metrics(Limits limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<InstrumentKey, (Instrument Instrument, Dictionary<string, Series> Series)> _instruments = [];

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
                    known.Series[key] = series = new Series(key, sample.Source, sample.Attributes);
                if (!series.Add(sample.Time, sample.Measure, sample.IsDelta))
                    continue;
                _order.Enqueue((sample.Instrument.Key, series));
                if (_order.Count > limits.MaxMetricsCount)
                    DropOldest();
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
