using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace EShop.ServiceDefaults;

/// <summary>Logs, traces and metrics by OpenTelemetry, sent by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says to.</summary>
internal static class Telemetry
{
    // Room for the values of each instrument is made at once, by default for two thousand: that was two thirds of what an idle service kept. The most that any has is its routes by their answers.
    private static readonly MetricStreamConfiguration Bounded = new() { CardinalityLimit = 300 };

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        // One line a request, a query and a refused token would drown what an operator looks for; the traces have them all.
        foreach (var talkative in new[] { "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "System.Net.Http.HttpClient", "Polly" })
            builder.Logging.AddFilter(talkative, LogLevel.Warning);
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Npgsql", "EShop.*")
                .AddView(_ => Bounded))
            .WithTracing(tracing => tracing
                .AddSource(builder.Environment.ApplicationName, "Npgsql", "EShop.*")
                .AddAspNetCoreInstrumentation(http => http.Filter = IsNoProbe)
                .AddHttpClientInstrumentation());
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            telemetry.UseOtlpExporter();
    }

    private static bool IsNoProbe(HttpContext http) => !http.Request.Path.StartsWithSegments("/health") && !http.Request.Path.StartsWithSegments("/alive");
}
