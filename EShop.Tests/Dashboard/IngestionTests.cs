using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>How telemetry comes in. What is right is what the real exporter sends.</summary>
public sealed class IngestionTests(IngestionTests.Started started) : IClassFixture<IngestionTests.Started>
{
    private DashboardProcess Dashboard => started.Dashboard;

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc)]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    public async Task Spans_logs_and_metrics_of_the_real_exporter_are_shown(OtlpExportProtocol protocol)
    {
        var name = $"real-{protocol}".ToLowerInvariant();
        var resource = ResourceBuilder.CreateEmpty().AddService(name, serviceInstanceId: "i-1");
        using var source = new ActivitySource(name);
        using var meter = new Meter(name);
        using (var traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(name).AddOtlpExporter(options => Aim(options, protocol, "traces")).Build())
        using (var metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(name).AddOtlpExporter((options, _) => Aim(options, protocol, "metrics")).Build())
        using (var logs = LoggerFactory.Create(logging => logging.AddOpenTelemetry(log =>
        {
            log.IncludeFormattedMessage = true;
            log.SetResourceBuilder(resource).AddOtlpExporter(options => Aim(options, protocol, "logs"));
        })))
        {
            using (var span = source.StartActivity("buy a lamp", ActivityKind.Server))
            {
                span!.SetTag("order.id", 4711).AddEvent(new ActivityEvent("paid")).SetStatus(ActivityStatusCode.Error, "no more lamps");
#pragma warning disable CA1848 // One line of a test.
                logs.CreateLogger("Lamps").LogError("The lamp {Number} is gone", 7);
#pragma warning restore CA1848
            }

            meter.CreateCounter<long>("lamps.sold").Add(3);
            meter.CreateHistogram<double>("lamps.took").Record(0.5);
        }

        var found = await Dashboard.Page($"traces?resource={name}");
        Assert.Contains("buy a lamp", found, StringComparison.Ordinal);
        var trace = found.Split("traces/")[1][..32];
        var span1 = (await Dashboard.Page($"logs?trace={trace}")).Split("?span=")[1][..16];
        var detail = await Dashboard.Page($"traces/{trace}?span={span1}");
        Assert.All(["order.id", "4711", "paid", "no more lamps", "i-1", "Server"], part => Assert.Contains(part, detail, StringComparison.Ordinal));
        Assert.Contains("The lamp 7 is gone", await Dashboard.Page($"logs?resource={name}&level=17"), StringComparison.Ordinal);
        var measured = await Dashboard.Page($"metrics?resource={name}");
        Assert.Contains("lamps.sold", measured, StringComparison.Ordinal);
        Assert.Contains("lamps.took", measured, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("opentelemetry.proto.collector.trace.v1.TraceService", "the wrong key", 16)]
    [InlineData("opentelemetry.proto.collector.metrics.v1.MetricsService", null, 16)]
    [InlineData("opentelemetry.proto.collector.logs.v1.LogsService", "", 16)]
    [InlineData("opentelemetry.proto.collector.trace.v1.TraceService", DashboardProcess.OtlpKey, 0)]
    [InlineData("opentelemetry.proto.collector.metrics.v1.MetricsService", DashboardProcess.OtlpKey, 0)]
    [InlineData("opentelemetry.proto.collector.logs.v1.LogsService", DashboardProcess.OtlpKey, 0)]
    public async Task By_gRPC_the_key_lets_in(string service, string? key, int status)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Dashboard.Grpc, $"{service}/Export"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new("application/grpc") } },
        };
        request.Headers.Add("TE", "trailers");
        if (key is not null)
            request.Headers.Add("x-otlp-api-key", key);
        using var answer = await client.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        var told = answer.TrailingHeaders.Concat(answer.Headers).First(header => header.Key == "grpc-status").Value.Single();
        Assert.Equal(status.ToString(System.Globalization.CultureInfo.InvariantCulture), told);
    }

    [Theory]
    [InlineData("traces")]
    [InlineData("metrics")]
    [InlineData("logs")]
    public async Task By_HTTP_the_key_lets_in_and_what_cannot_be_read_is_a_400(string signal)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await Dashboard.Send(signal, [], key: null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Dashboard.Send(signal, [], key: DashboardProcess.OtlpKey[..^1]));
        Assert.Equal(HttpStatusCode.OK, await Dashboard.Send(signal, []));
        Assert.Equal(HttpStatusCode.BadRequest, await Dashboard.Send(signal, "no protobuf at all"u8.ToArray()));
        Assert.Equal(HttpStatusCode.BadRequest, await Dashboard.Send(signal, "no gzip at all"u8.ToArray(), encoding: "gzip"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await Dashboard.Send(signal, [], encoding: "br"));
    }

    [Fact]
    public async Task A_packed_body_is_unpacked_and_one_that_is_too_large_is_refused()
    {
        var body = Sent.Logs("packer", Sent.Log(9, "packed well")).ToByteArray();
        Assert.Equal(HttpStatusCode.OK, await Dashboard.Send("logs", Pack(body), encoding: "gzip"));
        Assert.Contains("packed well", await Dashboard.Page("logs?resource=packer"), StringComparison.Ordinal);

        // 40 MB in 40 KB.
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Dashboard.Send("logs", Pack(new byte[40 * 1024 * 1024]), encoding: "gzip"));
    }

    [Fact]
    public async Task Of_more_than_is_kept_the_oldest_go()
    {
        await using var small = await DashboardProcess.StartAsync(("DASHBOARD__TELEMETRYLIMITS__MAXLOGCOUNT", "5"), ("DASHBOARD__TELEMETRYLIMITS__MAXTRACECOUNT", "5"));
        await small.Send("logs", Sent.Logs("cart", [.. Enumerable.Range(1, 8).Select(i => Sent.Log(9, $"line-{i}."))]).ToByteArray());
        await small.Send("traces", Sent.Traces("cart", [.. Enumerable.Range(1, 8).Select(i => Sent.Span((ulong)i, 1, 0, $"trace-{i}.", 2, i, 1))]).ToByteArray());

        var (logs, traces) = (await small.Page("logs"), await small.Page("traces"));
        Assert.Equal([4, 5, 6, 7, 8], Enumerable.Range(1, 8).Where(i => logs.Contains($"line-{i}.", StringComparison.Ordinal)));
        Assert.Equal([4, 5, 6, 7, 8], Enumerable.Range(1, 8).Where(i => traces.Contains($"trace-{i}.", StringComparison.Ordinal)));
    }

    private void Aim(OtlpExporterOptions options, OtlpExportProtocol protocol, string signal)
    {
        options.Protocol = protocol;
        options.Endpoint = protocol == OtlpExportProtocol.Grpc ? Dashboard.Grpc : new Uri(Dashboard.Address, $"v1/{signal}");
        options.Headers = $"x-otlp-api-key={DashboardProcess.OtlpKey}";
    }

    private static byte[] Pack(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(body);
        return packed.ToArray();
    }

    public sealed class Started : IAsyncLifetime
    {
        public DashboardProcess Dashboard { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Dashboard = await DashboardProcess.StartAsync();

        public ValueTask DisposeAsync() => Dashboard.DisposeAsync();
    }
}
