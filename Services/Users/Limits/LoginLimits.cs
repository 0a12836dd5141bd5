using System.Security.Cryptography;
using System.Text;
using EShop.Users.Keys;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace EShop.Users.Limits;

/// <summary>Makes guessing slow: counts failed logins in Redis, for all replicas together, and per process while Redis is away. The windows slide: a failure counts for exactly as
/// long as the window.</summary>
internal sealed partial class LoginLimits(
    IConnectionMultiplexer redis, LocalFailures local, TimeProvider clock, IOptions<LoginLimitOptions> options, IOptions<KeysOptions> keys, ILogger<LoginLimits> logger)
{
    // Each list holds the times of as many newest failures as its limit, newest first: its last element tells when it falls below the limit.
    // Redis' own clock counts, so that replicas agree.
    private const string Script = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local window = tonumber(ARGV[1])
        local wait = 0
        for i, key in ipairs(KEYS) do
            local oldest = redis.call('LINDEX', key, ARGV[2 + i] - 1)
            if oldest then wait = math.max(wait, oldest + window - now) end
        end
        if wait == 0 and ARGV[2] == '1' then
            for i, key in ipairs(KEYS) do
                redis.call('LPUSH', key, now)
                redis.call('LTRIM', key, 0, ARGV[2 + i] - 1)
                redis.call('PEXPIRE', key, window)
            end
        end
        return wait
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly byte[] _hashKey = KeyEncryption.Derive(keys.Value, "login limits");
    private long _awayUntil;

    /// <summary>How long even the right password is refused; zero where it isn't. Asking is not counted.</summary>
    public Task<TimeSpan> WaitAsync(LoginAttempt attempt) => CheckAsync(attempt, failed: false);

    /// <summary>Counts a failure, and says how long the next attempt would have been refused if others had used the tries up while this one's password was being hashed.</summary>
    public Task<TimeSpan> CountFailureAsync(LoginAttempt attempt) => CheckAsync(attempt, failed: true);

    private async Task<TimeSpan> CheckAsync(LoginAttempt attempt, bool failed)
    {
        var limits = LimitsOf(attempt);
        if (clock.GetTimestamp() >= Volatile.Read(ref _awayUntil) && redis.IsConnected)
        {
            try
            {
                RedisValue[] arguments = [(long)options.Value.Window.TotalMilliseconds, failed ? 1 : 0, .. limits.Select(limit => (RedisValue)limit.Limit)];
                var wait = await redis.GetDatabase().ScriptEvaluateAsync(Script, [.. limits.Select(limit => (RedisKey)limit.Key)], arguments).WaitAsync(Patience, clock);
                return TimeSpan.FromMilliseconds((long)wait);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // A login must not wait for a broker that is away, nor every next one find that out anew.
                Volatile.Write(ref _awayUntil, clock.GetTimestamp() + (long)(Pause.TotalSeconds * clock.TimestampFrequency));
                CountedLocally(logger, exception.GetType().Name);
            }
        }

        return local.Check(limits, options.Value.Window, failed);
    }

    private FailureLimit[] LimitsOf(LoginAttempt attempt)
    {
        var account = Hash(attempt.NormalizedEmail);
        var address = Hash(attempt.Address);
        return
        [
            new($"{{users:logins}}:{account}:{address}", options.Value.PerAccountAndAddress),
            new($"{{users:logins}}:account:{account}", options.Value.PerAccount),
            new($"{{users:logins}}:address:{address}", options.Value.PerAddress),
        ];
    }

    // Keyed, so that Redis tells nobody who has an account here.
    private string Hash(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(_hashKey, Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    [LoggerMessage(3020, LogLevel.Warning, "Redis is away ({Reason}): failed logins are counted in this process alone")]
    private static partial void CountedLocally(ILogger logger, string reason);
}

/// <summary>Who tries to log in, and from where.</summary>
internal readonly record struct LoginAttempt(string NormalizedEmail, string Address);
