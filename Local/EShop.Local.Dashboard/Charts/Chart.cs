namespace EShop.Local.Dashboard.Charts;

/// <summary>A line of a chart; null where nothing is known.</summary>
public sealed record Line(string Name, double?[] Values)
{
    public double? Last => Values.LastOrDefault(value => value is not null);
}

/// <summary>What a chart shows: values at equal steps up to a time, in nanoseconds since 1970.</summary>
public sealed record Chart(long Until, long Step, string Unit, IReadOnlyList<Line> Lines)
{
    public int Steps => Lines.Count == 0 ? 0 : Lines[0].Values.Length;

    public double Most => Lines.SelectMany(line => line.Values).Max() ?? 0;

    public double Least => Math.Min(0, Lines.SelectMany(line => line.Values).Min() ?? 0);

    public long TimeOf(int step) => Until - ((Steps - 1 - step) * Step);
}
