using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using EShop.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace EShop.Web;

/// <summary><c>RateLimit</c> in the configuration: how many requests an address may make.</summary>
internal sealed class RateLimitOptions
{
    public bool Enabled { get; set; } = true;

    [Range(1, 1_000_000)]
    public int PerSecond { get; set; } = 500;

    /// <summary>How many at once, after a quiet while.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 1000;
}

/// <summary>A bucket of tokens for each address; what is over is refused at once, since a queue here would only hide the overload. The framework's limiter has two timers that go off
/// ten times a second each, whether anybody asks or not: these buckets fill when they are asked.</summary>
internal sealed class RateLimit(IOptions<RateLimitOptions> limits, TimeProvider clock)
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Bucket> _buckets = new();
    private long _swept = clock.GetTimestamp();

    /// <summary>How many addresses are remembered.</summary>
    public int Addresses => _buckets.Count;

    /// <summary>Takes a token of the address; false where it has none left.</summary>
    public bool TryTake(string address)
    {
        var now = clock.GetTimestamp();
        Sweep(now);
        return _buckets.GetOrAdd(address, (_, first) => new Bucket(limits.Value, clock, first), now).TryTake(now);
    }

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (!limits.Value.Enabled || TryTake(http.AddressKey()))
            await next(http);
        else
            await Problem.Of(ProblemType.TooManyRequests, "Too many requests from this address.", TimeSpan.FromSeconds(1)).ExecuteAsync(http);
    }

    // Full buckets are forgotten: an address that comes again gets a full one. So memory is bounded by who asked within the last while.
    private void Sweep(long now)
    {
        var swept = Interlocked.Read(ref _swept);
        if (clock.GetElapsedTime(swept, now) < SweepEvery || Interlocked.CompareExchange(ref _swept, now, swept) != swept)
            return;
        foreach (var bucket in _buckets)
        {
            if (bucket.Value.IsFull(now))
                _buckets.TryRemove(bucket);
        }
    }

    private sealed class Bucket(RateLimitOptions limits, TimeProvider clock, long now)
    {
        private readonly Lock _gate = new();
        private double _tokens = limits.Burst;
        private long _filled = now;

        public bool TryTake(long now)
        {
            lock (_gate)
            {
                Fill(now);
                if (_tokens < 1)
                    return false;
                _tokens--;
                return true;
            }
        }

        public bool IsFull(long now)
        {
            lock (_gate)
            {
                Fill(now);
                return _tokens >= limits.Burst;
            }
        }

        private void Fill(long now)
        {
            // Another request may have read the clock after us and come here before us.
            if (now <= _filled)
                return;
            _tokens = Math.Min(limits.Burst, _tokens + (clock.GetElapsedTime(_filled, now).TotalSeconds * limits.PerSecond));
            _filled = now;
        }
    }
}

internal static class RateLimitExtensions
{
    public static void AddRateLimit(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimit").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RateLimit>();
    }

    public static void UseRateLimit(this WebApplication app)
    {
        var limit = app.Services.GetRequiredService<RateLimit>();
        app.Use(next => http => limit.InvokeAsync(http, next));
    }
}
