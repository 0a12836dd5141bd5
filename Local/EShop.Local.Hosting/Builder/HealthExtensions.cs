using Aspire.Hosting.ApplicationModel;
using EShop.Local.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Ties a check that is registered with <c>builder.Services.AddHealthChecks()</c> to the resource.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key) where T : IResource =>
        builder.WithAnnotation(new HealthCheckAnnotation(key));

    /// <summary>Asks the resource itself: healthy is who answers with exactly that status.</summary>
    /// <param name="builder">Who is asked.</param>
    /// <param name="path">By default <c>/</c>.</param>
    /// <param name="statusCode">By default 200.</param>
    /// <param name="endpointName">By default the first of its HTTP endpoints.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null) where T : IResourceWithEndpoints
    {
        var endpoint = endpointName is null
            ? builder.Resource.GetEndpoints().FirstOrDefault(e => e.IsHttp || e.IsHttps)
            : builder.GetEndpoint(endpointName);
        if (endpoint is null)
            throw new DistributedApplicationException($"'{builder.Resource.Name}' has no HTTP endpoint to ask for its health.");
        (path, var status) = (path ?? "/", statusCode ?? 200);
        var key = $"{builder.Resource.Name}_{endpoint.EndpointName}_{path}_{status}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks()
            .Add(new HealthCheckRegistration(key, _ => new HttpHealthCheck(endpoint, path, status), HealthStatus.Unhealthy, null));
        return builder.WithHealthCheck(key);
    }
}
