using Microsoft.Extensions.DependencyInjection;

namespace EShop.ServiceDefaults;

/// <summary>HTTP clients that one object holds for good, as Stripe's client does.</summary>
public static class DirectHttpClient
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Adds a client that asks once and hands back whatever came of it.</summary>
    /// <param name="patience">The longest that one call may take, whatever the caller's token says.</param>
    public static IHttpClientBuilder AddDirectHttpClient(this IServiceCollection services, string name, TimeSpan patience)
    {
        var client = services.AddHttpClient(name, http => http.Timeout = patience);
        // Who repeats is whoever holds the operation or the job, under its lease and with its key. A retry beneath would spend the time of that lease, and a circuit that one
        // order's failures have opened would refuse the calls of all others.
#pragma warning disable EXTEXP0001 // The only way to take the defaults' handler off again.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        // Held for good, so the factory never renews its handler: connections end by themselves instead, for a changed address to be noticed.
        return client.RemoveAllLoggers()
            .UseSocketsHttpHandler((sockets, _) => (sockets.PooledConnectionLifetime, sockets.ConnectTimeout) = (ConnectionLifetime, ConnectTimeout))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
    }
}
