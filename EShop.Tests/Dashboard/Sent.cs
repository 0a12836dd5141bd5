using EShop.Local.Dashboard.Otlp;
using Google.Protobuf;

namespace EShop.Tests.Dashboard;

/// <summary>Telemetry as services send it, made by hand.</summary>
internal static class Sent
{
    private static readonly long Origin = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Nanoseconds since 1970, so many milliseconds after the tests began.</summary>
    public static ulong At(double milliseconds) => (ulong)(Origin + (long)(milliseconds * 1e6));

    public static ByteString Id(int bytes, ulong number) => ByteString.CopyFrom([.. new byte[bytes - 8], .. BitConverter.GetBytes(number).Reverse()]);

    public static KeyValue Tag(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    public static Resource From(string service, string instance = "one") =>
        new() { Attributes = { Tag("service.name", service), Tag("service.instance.id", instance) } };

    public static SpanMessage Span(ulong trace, ulong id, ulong parent, string name, int kind, double start, double length, params KeyValue[] tags) => new()
    {
        TraceId = Id(16, trace),
        SpanId = Id(8, id),
        ParentSpanId = parent == 0 ? ByteString.Empty : Id(8, parent),
        Name = name,
        Kind = kind,
        StartTimeUnixNano = At(start),
        EndTimeUnixNano = At(start + length),
        Attributes = { tags },
    };

    public static ExportTraceServiceRequest Traces(string service, params SpanMessage[] spans) =>
        new() { ResourceSpans = { new ResourceSpans { Resource = From(service), ScopeSpans = { new ScopeSpans { Scope = new() { Name = "Tests" }, Spans = { spans } } } } } };

    public static LogMessage Log(int severity, string text, ulong trace = 0, ulong span = 0, params KeyValue[] tags) => new()
    {
        TimeUnixNano = At(0),
        SeverityNumber = severity,
        Body = new AnyValue { StringValue = text },
        TraceId = trace == 0 ? ByteString.Empty : Id(16, trace),
        SpanId = span == 0 ? ByteString.Empty : Id(8, span),
        Attributes = { tags },
    };

    public static ExportLogsServiceRequest Logs(string service, params LogMessage[] logs) =>
        new() { ResourceLogs = { new ResourceLogs { Resource = From(service), ScopeLogs = { new ScopeLogs { Scope = new() { Name = "EShop.Tests" }, LogRecords = { logs } } } } } };

    public static ExportMetricsServiceRequest Metrics(string service, params Metric[] metrics) =>
        new() { ResourceMetrics = { new ResourceMetrics { Resource = From(service), ScopeMetrics = { new ScopeMetrics { Scope = new() { Name = "EShop.Tests" }, Metrics = { metrics } } } } } };

    public static Metric Counter(string name, double value, double at, params KeyValue[] tags) => new()
    {
        Name = name,
        Sum = new() { IsMonotonic = true, AggregationTemporality = 2, DataPoints = { new NumberDataPoint { StartTimeUnixNano = At(-3_600_000), TimeUnixNano = At(at), AsDouble = value, Attributes = { tags } } } },
    };
}
