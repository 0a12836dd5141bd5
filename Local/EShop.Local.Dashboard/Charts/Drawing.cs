using EShop.Local.Dashboard.Store;

namespace EShop.Local.Dashboard.Charts;

/// <summary>Makes a chart of an instrument: rates of counters, percentiles of histograms, values of the rest.</summary>
internal static class Drawing
{
    private const int MostLines = 8;
    private const double Second = 1e9;

    /// <param name="instrument">Which one.</param>
    /// <param name="series">Its series, those to be shown.</param>
    /// <param name="split">The dimension by which the lines differ; null for one line of all together.</param>
    /// <param name="until">The time at the right edge.</param>
    /// <param name="window">How far back, in nanoseconds.</param>
    /// <param name="steps">How many values a line.</param>
    public static Chart Draw(Instrument instrument, IReadOnlyList<(Series Series, Point[] Points)> series, string? split, long until, long window, int steps)
    {
        var step = window / steps;
        var groups = series.GroupBy(one => split is null ? "" : DimensionOf(one.Series, split)).OrderBy(group => group.Key, StringComparer.Ordinal);
        var over = Math.Max(step, SeriesReading.Interval(series.Select(one => one.Points)));
        var lines = new List<Line>();
        foreach (var group in groups)
        {
            var points = group.Select(one => one.Points).ToArray();
            if (instrument.Kind == InstrumentKind.Histogram)
                lines.AddRange(Percentiles(points, split is null ? null : Named(group.Key), Steps(until, step, steps), over));
            else
                lines.Add(new Line(split is null ? Name(instrument.Kind) : Named(group.Key), [.. Steps(until, step, steps).Select(time => Value(instrument.Kind, points, time, over))]));
        }

        var unit = instrument.Unit.Trim('{', '}');
        return new Chart(until, step, instrument.Kind == InstrumentKind.Counter ? $"{(unit.Length > 0 ? unit : "count")} a second" : unit,
            [.. lines.OrderByDescending(line => split is null ? 0 : line.Last ?? 0).Take(MostLines)]);
    }

    public static string DimensionOf(Series series, string key) => key == "instance" ? series.Source.Instance : Tag.Find(series.Attributes, key) ?? "";

    private static string Named(string value) => value.Length > 0 ? value : "(none)";

    private static string Name(InstrumentKind kind) => kind switch
    {
        InstrumentKind.Counter => "rate",
        InstrumentKind.UpDown => "sum",
        _ => "value",
    };

    private static IEnumerable<long> Steps(long until, long step, int steps) => Enumerable.Range(0, steps).Select(i => until - ((steps - 1 - i) * step));

    private static double? Value(InstrumentKind kind, Point[][] all, long time, long over)
    {
        double? sum = null;
        foreach (var points in all)
        {
            var value = kind == InstrumentKind.Counter
                ? SeriesReading.Between(points, time - over, time)?.Value / (over / Second)
                : SeriesReading.At(points, time)?.Value;
            sum = value is null ? sum : (sum ?? 0) + value;
        }

        return sum;
    }

    private static IEnumerable<Line> Percentiles(Point[][] all, string? group, IEnumerable<long> times, long over)
    {
        var sums = times.Select(time => Sum(all, time - over, time)).ToArray();
        if (group is not null)
            return [new Line($"{group} (95th percentile)", [.. sums.Select(sum => Of(sum, 0.95))])];
        var mean = new Line("mean", [.. sums.Select(sum => sum is { Count: > 0 } some ? some.Value / some.Count : (double?)null)]);
        var parts = new[] { ("50th percentile", 0.5), ("95th percentile", 0.95), ("99th percentile", 0.99) };
        return parts.Select(part => new Line(part.Item1, [.. sums.Select(sum => Of(sum, part.Item2))])).Append(mean);
    }

    private static double? Of(Measure? sum, double part) => sum is { } some ? SeriesReading.Percentile(some, part) : null;

    private static Measure? Sum(Point[][] all, long from, long until)
    {
        Measure? sum = null;
        foreach (var points in all)
        {
            if (SeriesReading.Between(points, from, until) is { } added)
                sum = sum is null ? added : sum.Value.Plus(added);
        }

        return sum;
    }
}
