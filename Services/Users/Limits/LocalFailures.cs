namespace EShop.Users.Limits;

/// <summary>A list of failures, and how many of them within the window are too many.</summary>
internal readonly record struct FailureLimit(string Key, int Limit);

/// <summary>The failures that this process has seen: what the limits go by while Redis is away.</summary>
internal sealed class LocalFailures(TimeProvider clock)
{
    private const int PurgeFrom = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<DateTimeOffset>> _failures = [];

    /// <summary>How long to wait until every list is below its limit again; if there is nothing to wait for and <paramref name="failed"/>, one failure is added to each.</summary>
    public TimeSpan Check(IReadOnlyList<FailureLimit> limits, TimeSpan window, bool failed)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            var wait = limits.Max(limit => WaitFor(limit, window, now));
            if (wait > TimeSpan.Zero || !failed)
                return wait;
            if (_failures.Count >= PurgeFrom)
                Purge(now - window);
            foreach (var limit in limits)
            {
                if (!_failures.TryGetValue(limit.Key, out var times))
                    _failures[limit.Key] = times = new Queue<DateTimeOffset>();
                times.Enqueue(now);
                if (times.Count > limit.Limit)
                    times.Dequeue();
            }

            return TimeSpan.Zero;
        }
    }

    // As many failures as the limit are kept, so the oldest one tells when the list falls below it.
    private TimeSpan WaitFor(FailureLimit limit, TimeSpan window, DateTimeOffset now) =>
        _failures.TryGetValue(limit.Key, out var times) && times.Count >= limit.Limit && times.Peek() + window > now ? times.Peek() + window - now : TimeSpan.Zero;

    private void Purge(DateTimeOffset before)
    {
        foreach (var (key, _) in _failures.Where(entry => entry.Value.Last() < before).ToList())
            _failures.Remove(key);
    }
}
