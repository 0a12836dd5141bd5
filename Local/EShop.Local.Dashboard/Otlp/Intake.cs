using EShop.Local.Dashboard.Store;

namespace EShop.Local.Dashboard.Otlp;

/// <summary>Takes in what was sent, whichever way it came. All is read before a store is locked.</summary>
internal sealed class Intake(Telemetry telemetry)
{
    public void Take(ExportTraceServiceRequest request)
    {
        var limits = telemetry.Limits;
        var spans = new List<(TraceId, Span)>();
        foreach (var resource in request.ResourceSpans)
        {
            var source = Values.Source(resource.Resource, telemetry.Senders);
            foreach (var scope in resource.ScopeSpans)
            {
                var name = Interned.Text(scope.Scope?.Name ?? "");
                foreach (var span in scope.Spans)
                {
                    // Without ids it belongs nowhere; the specification calls such a span invalid.
                    if (TraceId.Of(span.TraceId.Span) is { IsNone: false } trace && TraceId.SpanIdOf(span.SpanId.Span) != 0)
                        spans.Add((trace, Read(span, source, name, limits)));
                }
            }
        }

        telemetry.Traces.Add(spans);
    }

    public void Take(ExportLogsServiceRequest request)
    {
        var limits = telemetry.Limits;
        var entries = new List<LogEntry>();
        foreach (var resource in request.ResourceLogs)
        {
            var source = Values.Source(resource.Resource, telemetry.Senders);
            foreach (var scope in resource.ScopeLogs)
            {
                var category = Interned.Text(scope.Scope?.Name ?? "");
                foreach (var log in scope.LogRecords)
                {
                    var body = Interned.Text(Values.Cut(Values.Text(log.Body), limits));
                    entries.Add(new LogEntry(
                        (long)(log.TimeUnixNano != 0 ? log.TimeUnixNano : log.ObservedTimeUnixNano), log.SeverityNumber, source, category,
                        body.Length > 0 ? body : log.EventName, TraceId.Of(log.TraceId.Span), TraceId.SpanIdOf(log.SpanId.Span), Values.Read(log.Attributes, limits)));
                }
            }
        }

        telemetry.Logs.Add(entries);
    }

    public void Take(ExportMetricsServiceRequest request) => telemetry.Metrics.Add(MetricReading.Read(request, telemetry));

    private static Span Read(SpanMessage span, Source source, string scope, Limits limits) => new()
    {
        Id = TraceId.SpanIdOf(span.SpanId.Span),
        Parent = TraceId.SpanIdOf(span.ParentSpanId.Span),
        Source = source,
        Scope = scope,
        Name = Interned.Text(Values.Cut(span.Name, limits)),
        Kind = (SpanKind)span.Kind,
        Start = (long)span.StartTimeUnixNano,
        Duration = Math.Max(0, (long)(span.EndTimeUnixNano - span.StartTimeUnixNano)),
        IsError = span.Status?.Code == 2,
        Message = Values.Cut(span.Status?.Message ?? "", limits),
        Attributes = Values.Read(span.Attributes, limits),
        Events = span.Events.Count == 0 ? [] :
            [.. span.Events.Take(limits.MaxEventsPerSpan).Select(e => new SpanEvent((long)e.TimeUnixNano, Interned.Text(Values.Cut(e.Name, limits)), Values.Read(e.Attributes, limits)))],
        Links = span.Links.Count == 0 ? [] :
            [.. span.Links.Take(limits.MaxEventsPerSpan).Select(link => new SpanLink(TraceId.Of(link.TraceId.Span), TraceId.SpanIdOf(link.SpanId.Span)))],
    };
}
