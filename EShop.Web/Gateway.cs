using System.Text;
using EShop.ServiceDefaults;
using Yarp.ReverseProxy.ServiceDiscovery;
using Yarp.ReverseProxy.Transforms;

namespace EShop.Web;

/// <summary>One origin for the five services (YARP): which path goes where, and what is answered while a service is away.</summary>
internal static class Gateway
{
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IDestinationResolver, DiscoveredDestinations>();
        builder.Services.AddReverseProxy()
            .LoadFromMemory(Routes.All, Routes.Clusters)
            .ConfigureHttpClient((_, handler) =>
            {
                handler.ConnectTimeout = TimeSpan.FromSeconds(1);
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5); // So that a service that has moved is found again.
                handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8; // As they came in: what is wrong with a header is the service's to say.
            })
            .AddTransforms(transforms =>
            {
                // What a client claims about where it comes from is replaced by what is seen here: the services believe these headers.
                transforms.AddXForwarded(ForwardedTransformActions.Set);
                transforms.AddRequestHeaderRemove("Forwarded");
                transforms.AddRequestHeaderRemove("X-Real-IP");
            });
    }

    public static void MapGateway(this WebApplication app) => app.MapReverseProxy(proxy =>
    {
        proxy.Use(ExplainFailureAsync);
        proxy.UseLoadBalancing();
        proxy.UsePassiveHealthChecks();
    });

    private static async Task ExplainFailureAsync(HttpContext http, Func<Task> next)
    {
        await next();
        if (http.GetForwarderErrorFeature() is null || http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
            return;
        var status = http.Response.StatusCode;
        http.Response.Clear();
        await (status switch
        {
            StatusCodes.Status413PayloadTooLarge => Problem.Of(ProblemType.TooLarge, "Send a smaller body."),
            < 500 => Problem.Invalid("body", "The body ended before it was complete."),
            _ => Problem.Unavailable("The service behind this path can't be reached or gave no answer in time. Ask again, with the same Idempotency-Key."),
        }).ExecuteAsync(http);
    }
}
