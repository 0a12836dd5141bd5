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

/// <summary>A span as a service sent it.</summary>
public sealed record SeenSpan(string Service, string TraceId, string SpanId, string ParentSpanId, string Name, IReadOnlyDictionary<string, string> Attributes);

/// <summary>Receives the spans of the services by OTLP (HTTP, protobuf) and keeps them for the tests to look at.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<SeenSpan> _spans = new();
    private readonly WebApplication _server;

    private OtlpReceiver(WebApplication server) => _server = server;

    /// <summary>Where the services send to.</summary>
    public Uri Address => new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Every span received so far.</summary>
    public IReadOnlyCollection<SeenSpan> Spans => _spans;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver._server.MapPost("/v1/traces", receiver.ReceiveAsync);
        receiver._server.MapPost("/v1/{other}", () => Results.Bytes([], "application/x-protobuf"));
        await receiver._server.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        foreach (var resource in ExportTraceServiceRequest.Parser.ParseFrom(body.ToArray()).ResourceSpans)
        {
            var service = Text(resource.Resource.Attributes).GetValueOrDefault("service.name", "");
            foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
                _spans.Enqueue(new SeenSpan(service, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId), span.Name, Text(span.Attributes)));
        }

        return Results.Bytes([], "application/x-protobuf");
    }

    private static string Hex(Google.Protobuf.ByteString id) => Convert.ToHexStringLower(id.Span);

    private static Dictionary<string, string> Text(IEnumerable<KeyValue> attributes) => attributes
        .GroupBy(attribute => attribute.Key)
        .ToDictionary(attribute => attribute.Key, attribute => attribute.First().Value.ValueCase switch
        {
            AnyValue.ValueOneofCase.StringValue => attribute.First().Value.StringValue,
            AnyValue.ValueOneofCase.IntValue => attribute.First().Value.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
            var other => other.ToString(),
        });
}
