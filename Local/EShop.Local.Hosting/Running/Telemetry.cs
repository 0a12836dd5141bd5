using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace EShop.Local.Hosting;

/// <summary>The variables by which a project's telemetry finds its receiver.</summary>
internal static class Telemetry
{
    public static void Describe(Dictionary<string, object> variables, string resource, IConfiguration configuration, bool development)
    {
        variables["OTEL_SERVICE_NAME"] = resource;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        var grpc = configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"];
        if ((grpc ?? configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"]) is not { Length: > 0 } receiver)
            return;

        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver;
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = grpc is null ? "http/protobuf" : "grpc";
        if (configuration["AppHost:OtlpApiKey"] is { Length: > 0 } key)
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
        if (!development)
            return;

        // A developer looks at once: batches leave every second, and nothing is sampled away.
        variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
        variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
        variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
        variables["OTEL_TRACES_SAMPLER"] = "always_on";
        variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        variables["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true";
        variables["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true";
    }
}
