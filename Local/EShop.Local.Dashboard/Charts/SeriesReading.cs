using EShop.Local.Dashboard.Store;

namespace EShop.Local.Dashboard.Charts;

/// <summary>The value of a series at any time, from its points.</summary>
internal static class SeriesReading
{
    private const long Second = 1_000_000_000;

    /// <summary>What held at that time; null before the first point, and once the sender has been silent for longer than it uses to be.</summary>
    public static Measure? At(Point[] points, long time)
    {
        var (low, high) = (0, points.Length - 1);
        if (high < 0 || points[0].From > time)
            return null;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = points[middle].From <= time ? (middle, high) : (low, middle - 1);
        }

        var point = points[low];
        if (low < points.Length - 1)
            return point.Measure;
        var interval = low > 0 ? point.From - points[low - 1].Until : 60 * Second;
        return time - point.Until <= Math.Clamp(interval * 3, 5 * Second, 150 * Second) ? point.Measure : null;
    }

    /// <summary>How often the senders tell: what was added is added at once when they do, and is to be spread over that time.</summary>
    public static long Interval(IEnumerable<Point[]> all)
    {
        var shortest = 120 * Second;
        foreach (var points in all)
        {
            for (var i = Math.Max(1, points.Length - 20); i < points.Length; i++)
                shortest = Math.Min(shortest, points[i].From - points[i - 1].Until);
        }

        return Math.Max(shortest, 0);
    }

    /// <summary>What was added between two times; null where one is not known. A sender that began anew began at nothing.</summary>
    public static Measure? Between(Point[] points, long from, long until)
    {
        if (At(points, until) is not { } after || At(points, from) is not { } before)
            return null;
        if (after.Value < before.Value || after.Count < before.Count)
            return after;
        var buckets = after.Buckets;
        if (after.Bounds.AsSpan().SequenceEqual(before.Bounds) && before.Buckets.Length == buckets.Length)
        {
            buckets = new ulong[after.Buckets.Length];
            for (var i = 0; i < buckets.Length; i++)
                buckets[i] = after.Buckets[i] - Math.Min(before.Buckets[i], after.Buckets[i]);
        }

        return new Measure(after.Value - before.Value, after.Count - before.Count, buckets, after.Bounds);
    }

    /// <summary>Below which value that part of what was measured lies, evenly spread within its bucket; null where nothing was measured.</summary>
    public static double? Percentile(Measure measure, double part)
    {
        var all = 0ul;
        foreach (var count in measure.Buckets)
            all += count;
        if (all == 0 || measure.Bounds.Length == 0)
            return null;
        var (wanted, seen) = (part * all, 0.0);
        for (var i = 0; i < measure.Buckets.Length; i++)
        {
            var count = measure.Buckets[i];
            if (count > 0 && seen + count >= wanted)
            {
                var lower = i == 0 ? Math.Min(0, measure.Bounds[0]) : measure.Bounds[i - 1];
                var upper = i < measure.Bounds.Length ? measure.Bounds[i] : lower;
                return lower + ((upper - lower) * (wanted - seen) / count);
            }

            seen += count;
        }

        return measure.Bounds[^1];
    }
}
