using System.Collections.Concurrent;
using System.Globalization;
using EShop.Local.Dashboard.Store;

namespace EShop.Local.Dashboard.Pages;

/// <summary>How numbers and times look.</summary>
internal static class Show
{
    private static readonly ConcurrentDictionary<string, int> Colours = new();

    private static readonly string[] Levels = ["Trace", "Debug", "Information", "Warning", "Error", "Critical"];

    /// <summary>A time of day on this machine, of nanoseconds since 1970.</summary>
    public static string Time(long nanoseconds) => When(nanoseconds).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset? time) => time?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "–";

    public static DateTimeOffset When(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100).ToLocalTime();

    public static string Duration(long nanoseconds) => nanoseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.#} µs"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.#} ms"),
        < 60_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.##} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 60_000_000_000} min {nanoseconds / 1_000_000_000 % 60} s"),
    };

    /// <summary>A number with as many digits as tell something.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.##}G"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.##}M"),
        >= 1e4 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.#}k"),
        >= 100 or 0 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ => value.ToString("G3", CultureInfo.InvariantCulture),
    };

    public static string Count(int count, string one) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {one}{(count == 1 ? "" : "s")}");

    /// <summary>The name of OTLP's severity number.</summary>
    public static string Level(int severity) => Levels[Math.Clamp((severity - 1) / 4, 0, Levels.Length - 1)];

    public static string LevelStyle(int severity) => severity >= 17 ? "bad" : severity >= 13 ? "warn" : severity >= 9 ? "info" : "quiet";

    /// <summary>Which of the eight colours a resource has: the next one when it is first seen, and then always the same.</summary>
    public static string Colour(string service) => $"c{Colours.GetOrAdd(service, _ => Colours.Count) % 8}";

    public static string Kind(SpanKind kind) => kind is SpanKind.Unspecified ? "" : kind.ToString();
}
