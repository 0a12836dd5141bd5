using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EShop.ServiceDefaults;

/// <summary><c>/health</c>: can this service do its work (503 where it can't, 200 <c>degraded</c> where events are delayed). <c>/alive</c>: does the process run.</summary>
internal static class HealthEndpoints
{
    public const string Live = "live";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = WriteAsync }).DisableHttpMetrics();
        routes.MapHealthChecks("/alive", new HealthCheckOptions { ResponseWriter = WriteAsync, Predicate = check => check.Tags.Contains(Live) }).DisableHttpMetrics();
    }

    private static Task WriteAsync(HttpContext http, HealthReport report) => http.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString().ToLowerInvariant(),
        checks = report.Entries.ToDictionary(entry => entry.Key, entry => new { status = entry.Value.Status.ToString().ToLowerInvariant(), entry.Value.Description }),
    });
}
