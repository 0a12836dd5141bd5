using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EShop.Local.Hosting;

/// <summary>Asks a running resource for its health, and tells when it is ready.</summary>
internal sealed class HealthMonitor(
    HealthCheckService checks, ResourceNotificationService notifications, IDistributedApplicationEventing eventing, ResourceLogs logs,
    IServiceProvider services, TimeProvider clock)
{
    // Often while it starts, for others wait for it (but each look costs what the starting processes need); then as often as a person looks.
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan OnceReady = TimeSpan.FromSeconds(3);

    /// <summary>Watches one life of a resource: until the token says that its process is gone.</summary>
    public async Task WatchAsync(IResource resource, CancellationToken gone)
    {
        var keys = resource.TryGetAnnotationsIncludingAncestorsOfType<HealthCheckAnnotation>(out var annotations) ? annotations.Select(a => a.Key).ToHashSet() : [];
        try
        {
            var ready = false;
            while (true)
            {
                var healthy = await CheckAsync(resource, keys, gone);
                if (healthy && !ready)
                    ready = await TryMakeReadyAsync(resource, gone);
                await Task.Delay(ready ? OnceReady : WhileStarting, clock, gone);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task<bool> CheckAsync(IResource resource, HashSet<string> keys, CancellationToken gone)
    {
        var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), gone);
        gone.ThrowIfCancellationRequested();
        await notifications.PublishUpdateAsync(resource, state => state with
        {
            HealthReports = [.. report.Entries.Select(e => new HealthReportSnapshot(e.Key, e.Value.Status, e.Value.Description, e.Value.Exception?.Message))],
        });
        return report.Status == HealthStatus.Healthy;
    }

    // Who listens may fail, as when the database goes away in the middle: said in the resource's log, and tried again at the next look.
    private async Task<bool> TryMakeReadyAsync(IResource resource, CancellationToken gone)
    {
        try
        {
            await eventing.PublishAsync(new ResourceReadyEvent(resource, services), gone);
            await notifications.PublishUpdateAsync(resource, state => state with { IsReady = true });
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logs.Host(resource.Name, $"not ready yet: {e.Message}");
            return false;
        }
    }
}
