using System.Collections.Concurrent;
using EShop.Tests.Support.Otlp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EShop.Tests.Support;

/// <summary>A span as a service sent it; what its events and its status say is among the attributes.</summary>
public sealed record SeenSpan(string Service, string TraceId, string SpanId, string ParentSpanId, string Name, IReadOnlyDictionary<string, string> Attributes);

/// <summary>What an instrument said last, for one set of attributes; a histogram's value is its count.</summary>
public sealed record SeenMetric(string Service, string Name, string Unit, bool IsCounter, IReadOnlyDictionary<string, string> Attributes, double Value);

/// <summary>Receives what the services send by OTLP (HTTP, protobuf), and keeps it for the tests to look at.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<SeenSpan> _spans = new();
    private readonly ConcurrentDictionary<(string Service, string Name, string Attributes), SeenMetric> _metrics = new();
    private readonly ConcurrentQueue<string> _logs = new();
    private readonly WebApplication _server;

    private OtlpReceiver(WebApplication server) => _server = server;

    /// <summary>Where the services send to.</summary>
    public Uri Address => new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Every span received so far.</summary>
    public IReadOnlyCollection<SeenSpan> Spans => _spans;

    /// <summary>The newest value of everything that is measured.</summary>
    public IEnumerable<SeenMetric> Metrics => _metrics.Values;

    /// <summary>Every log record received so far, with its attributes.</summary>
    public IReadOnlyCollection<string> Logs => _logs;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver._server.MapPost("/v1/traces", (HttpRequest request) => ReceiveAsync(request, receiver.TakeSpans));
        receiver._server.MapPost("/v1/metrics", (HttpRequest request) => ReceiveAsync(request, receiver.TakeMetrics));
        receiver._server.MapPost("/v1/logs", (HttpRequest request) => ReceiveAsync(request, receiver.TakeLogs));
        await receiver._server.StartAsync();
        return receiver;
    }

    /// <summary>The newest value of one instrument of one service with these attributes, or null.</summary>
    public double? Metric(string service, string name, params (string Name, string Value)[] attributes) => Metrics
        .Where(metric => metric.Service == service && metric.Name == name && attributes.All(wanted => metric.Attributes.GetValueOrDefault(wanted.Name) == wanted.Value))
        .Select(metric => (double?)metric.Value).FirstOrDefault();

    /// <summary>What a lone project needs in its environment to send here, twice a second.</summary>
    public Dictionary<string, string> Environment(string service) => new()
    {
        ["OTEL_SERVICE_NAME"] = service,
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address.ToString().TrimEnd('/'),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task<IResult> ReceiveAsync(HttpRequest request, Action<byte[]> take)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        take(body.ToArray());
        return Results.Bytes([], "application/x-protobuf");
    }

    private void TakeSpans(byte[] body)
    {
        foreach (var resource in ExportTraceServiceRequest.Parser.ParseFrom(body).ResourceSpans)
        {
            var service = ServiceOf(resource.Resource);
            foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
            {
                var attributes = Text(span.Attributes);
                if (span.Status?.Message is { Length: > 0 } status)
                    attributes["status"] = status;
                foreach (var (happened, i) in span.Events.Select((happened, i) => (happened, i)))
                    attributes[$"event {i} {happened.Name}"] = string.Join('\n', Text(happened.Attributes).Values);
                _spans.Enqueue(new SeenSpan(service, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId), span.Name, attributes));
            }
        }
    }

    private void TakeMetrics(byte[] body)
    {
        foreach (var resource in ExportMetricsServiceRequest.Parser.ParseFrom(body).ResourceMetrics)
        {
            var service = ServiceOf(resource.Resource);
            foreach (var metric in resource.ScopeMetrics.SelectMany(scope => scope.Metrics))
            {
                foreach (var point in metric.Gauge?.DataPoints ?? metric.Sum?.DataPoints ?? [])
                    Keep(metric, point.Attributes, point.AsDouble + point.AsInt);
                foreach (var point in metric.Histogram?.DataPoints ?? [])
                    Keep(metric, point.Attributes, point.Count);
            }

            void Keep(Metric metric, IEnumerable<KeyValue> attributes, double value)
            {
                var text = Text(attributes);
                _metrics[(service, metric.Name, string.Join(';', text.OrderBy(a => a.Key, StringComparer.Ordinal)))] =
                    new(service, metric.Name, metric.Unit, metric.Sum is { IsMonotonic: true } || metric.Histogram is not null, text, value);
            }
        }
    }

    private void TakeLogs(byte[] body)
    {
        foreach (var record in ExportLogsServiceRequest.Parser.ParseFrom(body).ResourceLogs.SelectMany(resource => resource.ScopeLogs).SelectMany(scope => scope.LogRecords))
            _logs.Enqueue($"{Text(record.Body)}\n{string.Join('\n', Text(record.Attributes))}");
    }

    private static string ServiceOf(Resource resource) => Text(resource.Attributes).GetValueOrDefault("service.name", "");

    private static string Hex(Google.Protobuf.ByteString id) => Convert.ToHexStringLower(id.Span);

    private static Dictionary<string, string> Text(IEnumerable<KeyValue> attributes) => attributes
        .GroupBy(attribute => attribute.Key)
        .ToDictionary(attribute => attribute.Key, attribute => Text(attribute.First().Value));

    private static string Text(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value!.StringValue,
        AnyValue.ValueOneofCase.IntValue => value!.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
        null => "",
        _ => value!.ToString(),
    };
}
