using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EShop.Local.Hosting;

/// <summary>Asks a running resource for its health, and tells when it is ready.</summary>
internal sealed class HealthMonitor(
    HealthCheckService checks, ResourceNotificationService notifications, IDistributedApplicationEventing eventing, ResourceLoggerService logs,
    IServiceProvider services, TimeProvider clock)
{
    // Often while it starts, for others wait for it (but each look costs what the starting processes need). Then as Aspire does: rarely while all is
    // well, and the longer it is not, the less often.
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WhileHealthy = TimeSpan.FromSeconds(30);

    /// <summary>Watches one life of a resource: until the token says that its process is gone.</summary>
    public async Task WatchAsync(IResource resource, string id, CancellationToken gone)
    {
        var keys = resource.TryGetAnnotationsIncludingAncestorsOfType<HealthCheckAnnotation>(out var annotations) ? annotations.Select(a => a.Key).ToHashSet() : [];
        try
        {
            var ready = false;
            for (var failures = 0; ;)
            {
                var healthy = await CheckAsync(resource, id, keys, gone);
                if (healthy && !ready)
                    ready = await TryMakeReadyAsync(resource, id, gone);
                failures = healthy ? 0 : failures + 1;
                await Task.Delay(Pause(ready, failures), clock, gone);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>How long until the next look.</summary>
    public static TimeSpan Pause(bool wasReady, int failures) =>
        !wasReady ? WhileStarting : failures == 0 ? WhileHealthy : TimeSpan.FromSeconds(Math.Min(5, failures));

    private async Task<bool> CheckAsync(IResource resource, string id, HashSet<string> keys, CancellationToken gone)
    {
        var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), gone);
        gone.ThrowIfCancellationRequested();
        await notifications.PublishUpdateAsync(resource, id, state => state with
        {
            HealthReports = [.. report.Entries.Select(e => new HealthReportSnapshot(e.Key, e.Value.Status, e.Value.Description, e.Value.Exception?.Message))],
        });
        return report.Status == HealthStatus.Healthy;
    }

    // Who listens may fail, as when the database goes away in the middle: said in the resource's log, and tried again at the next look.
    private async Task<bool> TryMakeReadyAsync(IResource resource, string id, CancellationToken gone)
    {
        try
        {
            await eventing.PublishAsync(new ResourceReadyEvent(resource, services), gone);
            await notifications.PublishUpdateAsync(resource, id, state => state with { IsReady = true });
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logs.Host(id, $"not ready yet: {e.Message}");
            return false;
        }
    }
}
