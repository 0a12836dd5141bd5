using Microsoft.Extensions.Hosting;

namespace EShop.Messaging;

/// <summary>Waits between attempts, each time twice as long, with some jitter so that replicas don't march in step.</summary>
internal sealed class Backoff(TimeProvider clock, TimeSpan first, TimeSpan longest)
{
    private int _waited;

    /// <summary>For something that is away: 50 ms, up to 5 s.</summary>
    public static Backoff Outage(TimeProvider clock) => new(clock, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));

    public void Reset() => _waited = 0;

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var delay = first * (1 << Math.Min(_waited++, 16));
        await Task.Delay((delay < longest ? delay : longest) * (0.75 + Random.Shared.NextDouble() / 4), clock, cancellationToken);
    }
}

internal static class ApplicationStart
{
    /// <summary>Completes when every hosted service has started, so that migrations have had their turn.</summary>
    public static async Task StartedAsync(this IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var begun = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
