using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Spectre.Console;

namespace EShop.Local.Hosting;

/// <summary>Shows how far the start is until all is healthy: a table that changes where there is a terminal, else a line a change.</summary>
internal sealed class StartProgress(ResourceNotificationService notifications, DistributedApplicationModel model)
{
    private readonly Dictionary<string, string> _said = [];

    /// <summary>Done once every resource that starts by itself is healthy; throws if the start fails or a resource can't be started.</summary>
    public Task ShowAsync(Task start, CancellationToken stopping) => Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi
        ? FollowAsync(start, (name, line, isRestart) => Say(name, isRestart ? null : line), stopping)
        : new StartTable(Awaited).ShowAsync(show => FollowAsync(start, (name, line, _) => show(name, line), stopping));

    private IEnumerable<string> Awaited => model.Resources.Where(r => ResourceProcess.Has(r) && !r.HasAnnotationOfType<ExplicitStartupAnnotation>()).Select(r => r.Name);

    private async Task FollowAsync(Task start, Action<string, string, bool> show, CancellationToken stopping)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _ = start.ContinueWith(_ => failed.Cancel(), CancellationToken.None, TaskContinuationOptions.NotOnRanToCompletion, TaskScheduler.Default);
        var open = Awaited.ToDictionary(name => name, name => model.Resources.Single(r => r.Name == name).ReplicaCount());
        var done = new HashSet<string>();
        try
        {
            await foreach (var change in notifications.WatchAsync(failed.Token))
            {
                if (!open.ContainsKey(change.Resource.Name) || change.Snapshot.State?.Text is not { } state)
                    continue;
                show(change.ResourceId, Describe(change, state), state == ResourceLifecycle.Restarting);
                if (state == KnownResourceStates.FailedToStart)
                    throw new DistributedApplicationException($"'{change.ResourceId}' could not be started: {change.Snapshot.Reason()}");
                if (change.Snapshot.HealthStatus == HealthStatus.Healthy || state == KnownResourceStates.Finished)
                    done.Add(change.ResourceId);
                if (done.Count == open.Values.Sum())
                    break;
            }
        }
        catch (OperationCanceledException) when (start.IsFaulted)
        {
            await start;
        }

        await start;
    }

    private static string Describe(ResourceEvent change, string state) =>
        state == KnownResourceStates.Waiting ? $"waits for {string.Join(", ", change.Resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource.Name))}"
        : state != KnownResourceStates.Running ? state.ToLowerInvariant()
        : change.Snapshot.HealthStatus == HealthStatus.Healthy ? "healthy" : "running";

    private void Say(string name, string? line)
    {
        if (line is null || _said.GetValueOrDefault(name) == line)
            return;
        _said[name] = line;
        Console.WriteLine($"{name,-12} {line}");
    }
}
