using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace EShop.Web;

/// <summary>What is public. Health, OpenAPI documents and Scalar pages of the services are not among it.</summary>
internal static class Routes
{
    // The services answer within 4.5 s, so a silence beyond that is a service that hangs; 5 s are promised.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4.8);

    private static readonly string[] Services = ["users", "products", "cart", "payment", "bill"];

    public static IReadOnlyList<RouteConfig> All { get; } =
    [
        .. Services.Select(service => To(service, service, $"/api/{service}/{{**rest}}")),
        .. Services.Select(service => To($"{service}-ops", service, $"/api/ops/{service}/{{**rest}}")),
        To("keys", "users", "/.well-known/{**rest}"),
        To("webhook", "payment", "/api/payment/webhook") with { MaxRequestBodySize = 1024 * 1024 },
        To("events", "payment-events", "/api/payment/{orderId}/events"),
    ];

    public static IReadOnlyList<ClusterConfig> Clusters { get; } =
    [
        .. Services.Select(service => Of(service, service, Patience)),
        // A stream of events may be quiet for long between two of them.
        Of("payment-events", "payment", TimeSpan.FromMinutes(30)),
    ];

    private static RouteConfig To(string id, string cluster, string path) => new() { RouteId = id, ClusterId = cluster, Match = new RouteMatch { Path = path } };

    private static ClusterConfig Of(string id, string service, TimeSpan patience) => new()
    {
        ClusterId = id,
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = patience, Version = System.Net.HttpVersion.Version11 },
        Destinations = new Dictionary<string, DestinationConfig> { [service] = new() { Address = $"http://{service}" } },
        // With several replicas, one that fails is left alone for a moment; if all do, they are asked all the same.
        HealthCheck = new HealthCheckConfig
        {
            Passive = new PassiveHealthCheckConfig { Enabled = true, Policy = "TransportFailureRate", ReactivationPeriod = TimeSpan.FromSeconds(2) },
            AvailableDestinationsPolicy = "HealthyOrPanic",
        },
    };
}
