namespace EShop.Local.Dashboard.Store;

/// <summary>
/// How much is kept, over all resources together, for it is the memory of this process that is bounded; the oldest goes first. Beside the numbers there
/// is a budget in bytes (as estimated), so that a few huge spans are no way around them. Configuration: <c>Dashboard:TelemetryLimits</c>, as in Aspire.
/// </summary>
internal sealed class Limits
{
    public const string Section = "Dashboard:TelemetryLimits";

    public int MaxLogCount { get; set; } = 10_000;

    public int MaxTraceCount { get; set; } = 10_000;

    public int MaxSpansPerTrace { get; set; } = 1_000;

    /// <summary>Points of all instruments.</summary>
    public int MaxMetricsCount { get; set; } = 50_000;

    /// <summary>Of a span, a log, an event, a metric's dimension.</summary>
    public int MaxAttributeCount { get; set; } = 128;

    /// <summary>Characters of one value; the rest is cut off.</summary>
    public int MaxAttributeLength { get; set; } = 4_096;

    public int MaxEventsPerSpan { get; set; } = 64;

    public int MaxTraceBytes { get; set; } = 80 * 1024 * 1024;

    public int MaxLogBytes { get; set; } = 24 * 1024 * 1024;
}
