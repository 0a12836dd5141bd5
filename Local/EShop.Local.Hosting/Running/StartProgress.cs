using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EShop.Local.Hosting;

/// <summary>Shows how far the start is, a line a change, until all is healthy.</summary>
internal sealed class StartProgress(ResourceNotificationService notifications, DistributedApplicationModel model)
{
    private readonly Dictionary<string, string> _said = [];

    /// <summary>Done once every resource that starts by itself is healthy; throws if the start fails or a resource can't be started.</summary>
    public async Task ShowAsync(Task start, CancellationToken stopping)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _ = start.ContinueWith(_ => failed.Cancel(), CancellationToken.None, TaskContinuationOptions.NotOnRanToCompletion, TaskScheduler.Default);
        var open = model.Resources.Where(r => ResourceProcess.Has(r) && !r.HasAnnotationOfType<ExplicitStartupAnnotation>()).Select(r => r.Name).ToHashSet();
        try
        {
            await foreach (var change in notifications.WatchAsync(failed.Token))
            {
                if (!open.Contains(change.ResourceId))
                    continue;
                Say(change);
                if (change.Snapshot.State?.Text == KnownResourceStates.FailedToStart)
                    throw new DistributedApplicationException($"'{change.ResourceId}' could not be started: {change.Snapshot.Properties.FirstOrDefault(p => p.Name == "reason")?.Value}");
                if (change.Snapshot.HealthStatus == HealthStatus.Healthy || change.Snapshot.State?.Text == KnownResourceStates.Finished)
                    open.Remove(change.ResourceId);
                if (open.Count == 0)
                    break;
            }
        }
        catch (OperationCanceledException) when (start.IsFaulted)
        {
            await start;
        }

        await start;
    }

    private void Say(ResourceEvent change)
    {
        var state = change.Snapshot.State?.Text ?? "";
        var line = state == KnownResourceStates.Waiting ? $"waits for {string.Join(", ", change.Resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource.Name))}"
            : state != KnownResourceStates.Running ? state.ToLowerInvariant()
            : change.Snapshot.HealthStatus == HealthStatus.Healthy ? "healthy" : "running";
        if (state == ResourceLifecycle.Restarting || _said.GetValueOrDefault(change.ResourceId) == line)
            return;
        _said[change.ResourceId] = line;
        Console.WriteLine($"{change.ResourceId,-12} {line}");
    }
}
