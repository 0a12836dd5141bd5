using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace EShop.Messaging;

/// <summary>The connections to Redis: one that everything shares, and one for each blocking read, which would hold up whatever shares a connection with it.</summary>
internal sealed class Broker(IConfiguration configuration) : IAsyncDisposable
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private ConnectionMultiplexer? _shared;

    /// <summary>The shared connection. It may be down: its commands then fail at once, and it connects by itself when Redis is back.</summary>
    public async ValueTask<IDatabase> SharedAsync(CancellationToken cancellationToken)
    {
        if (_shared is { } connected)
            return connected.GetDatabase();
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            return (_shared ??= await ConnectionMultiplexer.ConnectAsync(Options(TimeSpan.FromSeconds(2)))).GetDatabase();
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>A connection of its own for blocking reads. Its commands may take 6 s, so a read must block for less.</summary>
    public async Task<ConnectionMultiplexer> ConnectReaderAsync() => await ConnectionMultiplexer.ConnectAsync(Options(TimeSpan.FromSeconds(6)));

    /// <summary>Ends a connection without waiting for what a Redis that hangs has not answered.</summary>
    public static async Task EndAsync(ConnectionMultiplexer? connection)
    {
        if (connection is null)
            return;
        await connection.CloseAsync(allowCommandsToComplete: false);
        await connection.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(_shared);
        _connecting.Dispose();
    }

    private ConfigurationOptions Options(TimeSpan timeout)
    {
        var options = ConfigurationOptions.Parse(configuration.GetConnectionString("redis")
            ?? throw new InvalidOperationException("The event bus needs the connection string 'redis', for example localhost:6379."));
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        options.AsyncTimeout = (int)timeout.TotalMilliseconds;
        options.ReconnectRetryPolicy = new LinearRetry(500);
        // What can't be sent now is an error now: the outbox keeps it, and a queue in memory would only hide how old it is.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        // CLIENT UNBLOCK, by which a stop ends a blocking read, counts as administration here.
        options.AllowAdmin = true;
        // Replies are read by their shape; RESP3 gives maps where RESP2 gives arrays.
        options.Protocol = RedisProtocol.Resp2;
        // Nothing subscribes to a channel, so no second socket for it.
        options.CommandMap = CommandMap.Create(["SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE"], available: false);
        return options;
    }
}

/// <summary>Without the broker a service answers all the same and its events wait: degraded, never unhealthy.</summary>
internal sealed class BrokerHealthCheck(Broker broker) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var redis = await broker.SharedAsync(cancellationToken);
            await redis.PingAsync().WaitAsync(TimeSpan.FromSeconds(1), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException or RedisTimeoutException)
        {
            return HealthCheckResult.Degraded("Redis does not answer; events wait until it does.", failure);
        }
    }
}
