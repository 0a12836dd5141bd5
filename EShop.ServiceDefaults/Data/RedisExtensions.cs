using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace EShop.ServiceDefaults;

/// <summary>A connection to Redis.</summary>
public static class RedisExtensions
{
    /// <summary>Adds an <see cref="IConnectionMultiplexer"/> over the connection string of this name. It connects as soon as the service has started, keeps trying while Redis is
    /// away, and gives a command 2 s.</summary>
    /// <param name="connectionName">The name in <c>ConnectionStrings</c>.</param>
    public static IHostApplicationBuilder AddRedisClient(this IHostApplicationBuilder builder, string connectionName)
    {
        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
        {
            var configuration = services.GetRequiredService<IConfiguration>();
            var text = configuration.GetConnectionString(connectionName) is { Length: > 0 } found
                ? found
                : throw new InvalidOperationException($"There is no connection string '{connectionName}': set ConnectionStrings__{connectionName}, for example to localhost:6379,password=….");
            var options = ConfigurationOptions.Parse(text);
            options.AbortOnConnectFail = false;
            options.ConnectRetry = 1; // It goes on in the background; whoever waits for the first try waits for one alone.
            options.ConnectTimeout = options.SyncTimeout = options.AsyncTimeout = 2000;
            options.LoggerFactory = services.GetService<ILoggerFactory>();
            return ConnectionMultiplexer.Connect(options);
        });
        builder.Services.AddHostedService<ConnectAtStart>();
        return builder;
    }

    // Connecting blocks, and with a Redis that takes connections but never answers it blocks for seconds: no request's time is spent on it.
    private sealed class ConnectAtStart(IServiceProvider services) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(services.GetRequiredService<IConnectionMultiplexer>, stoppingToken);
    }
}
