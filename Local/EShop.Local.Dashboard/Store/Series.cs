namespace EShop.Local.Dashboard.Store;

/// <summary>What a point says.</summary>
/// <param name="Value">The number; of a histogram the sum.</param>
/// <param name="Count">Of a histogram, how many were measured.</param>
/// <param name="Buckets">Of a histogram, how many fell into each bucket.</param>
/// <param name="Bounds">The upper bounds of the buckets but the last.</param>
internal readonly record struct Measure(double Value, ulong Count, ulong[] Buckets, double[] Bounds)
{
    /// <summary>The same before anything was counted.</summary>
    public Measure ToNothing() => new(0, 0, new ulong[Buckets.Length], Bounds);

    /// <summary>Both together, where they have the same buckets.</summary>
    public Measure Plus(Measure other) => new(
        Value + other.Value, Count + other.Count,
        Bounds.AsSpan().SequenceEqual(other.Bounds) ? [.. Buckets.Zip(other.Buckets, (a, b) => a + b)] : Buckets, Bounds);

    public bool IsSame(Measure other) => Value == other.Value && Count == other.Count && Buckets.AsSpan().SequenceEqual(other.Buckets);
}

/// <summary>A measure and the time for which it held, in nanoseconds since 1970: a value that stays the same is one point.</summary>
internal sealed class Point(long from, Measure measure)
{
    public long From { get; } = from;

    public long Until { get; set; } = from;

    public Measure Measure { get; } = measure;
}

/// <summary>The values of an instrument under one set of dimensions, since the sender's start. Under the lock of <see cref="Metrics"/>.</summary>
internal sealed class Series(string key, Source source, Tag[] attributes)
{
    private readonly Queue<Point> _points = [];
    private Point? _last;

    public string Key { get; } = key;

    public Source Source { get; } = source;

    public Tag[] Attributes { get; } = attributes;

    public bool IsEmpty => _points.Count == 0;

    public Point[] Points => [.. _points];

    /// <summary>Takes in a value; says whether it is a new point. A difference is added to what was before.</summary>
    public bool Add(long time, Measure measure, bool isDelta)
    {
        if (isDelta && _last is not null)
            measure = _last.Measure.Plus(measure);
        if (_last is not null && !IsEmpty && _last.Measure.IsSame(measure))
        {
            _last.Until = Math.Max(_last.Until, time);
            return false;
        }

        // The bounds are the same for each point: one array is enough.
        if (_last is not null && _last.Measure.Bounds.AsSpan().SequenceEqual(measure.Bounds))
            measure = measure with { Bounds = _last.Measure.Bounds };
        _points.Enqueue(_last = new Point(time, measure));
        return true;
    }

    public void DropOldest() => _points.Dequeue();
}
