using System.ComponentModel.DataAnnotations;
using System.Threading.RateLimiting;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.RateLimiting;
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

/// <summary>A bucket of tokens for each address; what is over is refused at once, since a queue here would only hide the overload.</summary>
internal static class RateLimit
{
    private const int RefillsPerSecond = 10;

    public static void AddRateLimit(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimit").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddRateLimiter(limiter => limiter.OnRejected = static (rejected, _) => new ValueTask(
            Problem.Of(ProblemType.TooManyRequests, "Too many requests from this address.", TimeSpan.FromSeconds(1)).ExecuteAsync(rejected.HttpContext)));
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, limits) =>
        {
            if (limits.Value.Enabled)
                limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(http.AddressKey(), _ => BucketOf(limits.Value)));
        });
    }

    private static TokenBucketRateLimiterOptions BucketOf(RateLimitOptions limits) => new()
    {
        TokenLimit = limits.Burst,
        // Filled ten times a second; fewer than that a second are filled once a second.
        TokensPerPeriod = limits.PerSecond < RefillsPerSecond ? limits.PerSecond : limits.PerSecond / RefillsPerSecond,
        ReplenishmentPeriod = limits.PerSecond < RefillsPerSecond ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(1.0 / RefillsPerSecond),
        AutoReplenishment = false, // The partitioned limiter fills all buckets by one timer.
        QueueLimit = 0,
    };
}
