using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource's state at a moment.</summary>
/// <param name="resource">The resource.</param>
/// <param name="resourceId">Its name, or a replica's.</param>
/// <param name="snapshot">The state.</param>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Its name, or a replica's.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>The state.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}

/// <summary>Knows the state of each resource, tells it to those who watch, and waits for it.</summary>
public class ResourceNotificationService : IDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceEvent> _states = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];

    internal ResourceNotificationService(IHostApplicationLifetime lifetime) => _lifetime = lifetime;

    internal WaitBehavior DefaultWaitBehavior { get; set; } = WaitBehavior.StopOnResourceUnavailable;

    // Every state as it is now, in the order in which they came.
    internal IReadOnlyList<ResourceEvent> Current
    {
        get
        {
            lock (_gate)
                return [.. _states.Values];
        }
    }

    /// <summary>Changes a resource's state.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory) =>
        PublishUpdateAsync(resource, resource.Name, stateFactory);

    /// <summary>Changes the state of a resource, or of one of its replicas.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_gate)
        {
            var before = _states.GetValueOrDefault(resourceId)?.Snapshot ?? new() { ResourceType = TypeOf(resource), Properties = [] };
            var after = new ResourceEvent(resource, resourceId, stateFactory(before));
            _states[resourceId] = after;
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(after);
        }

        return Task.CompletedTask;
    }

    /// <summary>Every state as it is now, then every change, until cancelled.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>();
        lock (_gate)
        {
            foreach (var state in _states.Values)
                channel.Writer.TryWrite(state);
            _watchers.Add(channel);
        }

        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
                yield return change;
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(channel);
        }
    }

    /// <summary>A resource's state, if there is one.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_gate)
            return _states.TryGetValue(resourceId, out resourceEvent);
    }

    /// <summary>Waits until a resource is in a state, by default running.</summary>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until a resource is in one of these states, and says in which.</summary>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet();
        var found = await WaitForResourceAsync(resourceName, e => e.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken);
        return found.Snapshot.State!.Text;
    }

    /// <summary>Waits until a resource's state is as asked for.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lifetime.ApplicationStopping);
        await foreach (var change in WatchAsync(either.Token))
        {
            if (Is(change, resourceName) && predicate(change))
                return change;
        }

        throw new OperationCanceledException(either.Token);
    }

    /// <summary>Waits until a resource is healthy, and all that happens on its readiness is done.</summary>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, DefaultWaitBehavior, cancellationToken);

    /// <summary>The same; throws <see cref="DistributedApplicationException"/> if it fails and that is asked for.</summary>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var found = await WaitForResourceAsync(resourceName, e =>
            e.Snapshot is { HealthStatus: HealthStatus.Healthy, IsReady: true } || (waitBehavior == WaitBehavior.StopOnResourceUnavailable && HasEnded(e.Snapshot)),
            cancellationToken);
        return HasEnded(found.Snapshot)
            ? throw new DistributedApplicationException($"'{resourceName}' is {found.Snapshot.State!.Text} and will not be healthy.")
            : found;
    }

    /// <summary>Waits for all that a resource was told to wait for; throws <see cref="DistributedApplicationException"/> if that can't come true.</summary>
    public Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken) =>
        Task.WhenAll(resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.WaitType switch
        {
            WaitType.WaitUntilHealthy => WaitForAllHealthyAsync(wait, cancellationToken),
            WaitType.WaitUntilStarted => WaitForStartAsync(wait, cancellationToken),
            _ => WaitForCompletionAsync(wait, cancellationToken),
        }));

    /// <summary>Ends all watches.</summary>
    public void Dispose()
    {
        lock (_gate)
            _watchers.ForEach(watcher => watcher.Writer.TryComplete());
        GC.SuppressFinalize(this);
    }

    // Every replica, and what the resource lives in: a database is there once its server is.
    private async Task WaitForAllHealthyAsync(WaitAnnotation wait, CancellationToken cancellationToken)
    {
        if (wait.Resource is IResourceWithParent { Parent: var parent })
            await WaitForAllHealthyAsync(new(parent, wait.WaitType) { WaitBehavior = wait.WaitBehavior }, cancellationToken);
        await WaitForAllAsync(wait, state => state is { HealthStatus: HealthStatus.Healthy, IsReady: true }, cancellationToken);
    }

    private Task WaitForStartAsync(WaitAnnotation wait, CancellationToken cancellationToken) =>
        WaitForAllAsync(wait, state => state.State?.Text == KnownResourceStates.Running, cancellationToken);

    private async Task WaitForAllAsync(WaitAnnotation wait, Func<CustomResourceSnapshot, bool> isAsWanted, CancellationToken cancellationToken)
    {
        var stop = (wait.WaitBehavior ?? DefaultWaitBehavior) == WaitBehavior.StopOnResourceUnavailable;
        var wanted = wait.Resource.ReplicaCount();
        ResourceEvent? ended = null;
        await WaitForResourceAsync(
            wait.Resource.Name,
            _ =>
            {
                ResourceEvent[] all = [.. Current.Where(state => Is(state, wait.Resource.Name))];
                if (all.Count(state => isAsWanted(state.Snapshot)) == wanted)
                    return true;
                ended = stop ? all.FirstOrDefault(state => HasEnded(state.Snapshot)) : null;
                return ended is not null;
            },
            cancellationToken);
        if (ended is not null)
            throw new DistributedApplicationException($"'{ended.ResourceId}' is {ended.Snapshot.State!.Text} and was waited for.");
    }

    private static bool Is(ResourceEvent state, string name) =>
        string.Equals(state.ResourceId, name, StringComparison.OrdinalIgnoreCase) || string.Equals(state.Resource.Name, name, StringComparison.OrdinalIgnoreCase);

    private async Task WaitForCompletionAsync(WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var found = await WaitForResourceAsync(wait.Resource.Name, e => HasEnded(e.Snapshot), cancellationToken);
        if (found.Snapshot.State?.Text == KnownResourceStates.FailedToStart || found.Snapshot.ExitCode != wait.ExitCode)
            throw new DistributedApplicationException($"'{wait.Resource.Name}' ended with exit code {found.Snapshot.ExitCode}, not {wait.ExitCode}.");
    }

    private static bool HasEnded(CustomResourceSnapshot snapshot) => snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text);

    private static string TypeOf(IResource resource) => resource switch
    {
        ProjectResource => "Project",
        ExecutableResource => "Executable",
        PostgresServerResource => "Postgres",
        _ => resource.GetType().Name.Replace("Resource", "", StringComparison.Ordinal),
    };
}
