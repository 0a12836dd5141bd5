using System.Collections.Immutable;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Options;

namespace EShop.Local.Hosting;

/// <summary>Starts a model's resources, each on its own, and stops them in order.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model, IOptions<LocalOptions> options, DataFolder data, AppHostAssembly appHost, ResourceNotificationService notifications,
    ResourceLoggerService logs, IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext context, ResourceLifecycle lifecycle, Commands commands, Spawner spawner,
    IServiceProvider services) : IDisposable
{
    // Every process of this run carries it, so that whoever outlives its parent is found.
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _stopServers = new();
    private readonly CancellationTokenSource _stopData = new();
    private readonly List<ResourceInstance> _instances = [];
    private readonly List<Replicas> _replicas = [];
    private readonly SemaphoreSlim _once = new(1);
    private Watchdog? _watchdog;
    private bool _claimed;

    /// <summary>When the data folder is this host's.</summary>
    public event Action? Claimed;

    /// <summary>Starts everything that does not wait for a person; done when each has its process, or failed to.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);
        data.Claim();
        _claimed = true;
        Claimed?.Invoke();
        commands.AddBuiltIn();
        Prepare();
        _watchdog = await Watchdog.StartAsync(spawner, _run);
        foreach (var resource in model.Resources)
            await eventing.PublishAsync(new InitializeResourceEvent(resource, eventing, logs, notifications, services), cancellationToken);
        foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>())
        {
            await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);
            await ShowUrlsAsync(resource, cancellationToken);
        }

        _replicas.ForEach(replicas => replicas.Start());

        var firsts = new List<Task>();
        foreach (var instance in _instances)
        {
            if (instance.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>())
                await notifications.PublishUpdateAsync(instance.Resource, instance.Id, state => state with { State = KnownResourceStates.NotStarted });
            else
                firsts.Add(await BeginAsync(instance));
        }

        await Task.WhenAll(firsts).WaitAsync(cancellationToken);
        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken);
    }

    /// <summary>Starts what is not up; what waits is started at once. Done when its process is there, or can't be.</summary>
    public async Task StartAsync(string id)
    {
        var instance = Instance(id);
        if (!instance.Life.IsCompleted)
            await instance.SkipWaits.CancelAsync();
        else
            await await BeginAsync(instance);
    }

    /// <summary>Stops a resource, or a replica; it stays down until somebody starts it.</summary>
    public Task StopAsync(string id) => Instance(id).StopAsync();

    /// <summary>Stops what uses the data, then the data. More than once is as good as once.</summary>
    public async Task StopAsync()
    {
        await _once.WaitAsync();
        try
        {
            if (!_claimed)
                return;
            _claimed = false;
            await _stopServers.CancelAsync();
            await Task.WhenAll(_instances.Where(one => !IsData(one.Resource)).Select(one => one.Life));
            await _stopData.CancelAsync();
            await Task.WhenAll(_instances.Select(one => one.Life));
            _replicas.ForEach(replicas => replicas.Dispose());
            if (_watchdog is not null)
                await _watchdog.StopAsync();
            data.Release();
        }
        finally
        {
            _once.Release();
        }
    }

    public void Dispose()
    {
        _instances.ForEach(one => one.Dispose());
        _stopServers.Dispose();
        _stopData.Dispose();
        _once.Dispose();
    }

    private ResourceInstance Instance(string id) =>
        _instances.FirstOrDefault(one => one.Id == id) ?? throw new DistributedApplicationException($"'{id}' is nothing that could be started or stopped.");

    private async Task<Task> BeginAsync(ResourceInstance instance)
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = await instance.StartAsync(
            (one, stop) => lifecycle.RunAsync(one, _run, () => first.TrySetResult(), stop), IsData(instance.Resource) ? _stopData.Token : _stopServers.Token);
        return began ? first.Task : Task.CompletedTask;
    }

    // Its endpoints, as those who were asked want them shown.
    private async Task ShowUrlsAsync(IResourceWithEndpoints resource, CancellationToken cancellationToken)
    {
        var shown = new ResourceUrlsCallbackContext(
            context, resource, [.. resource.GetEndpoints().Select(one => new ResourceUrlAnnotation { Url = one.Url, Endpoint = one })], cancellationToken);
        foreach (var callback in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>())
            await callback.Callback(shown);
        ImmutableArray<UrlSnapshot> urls = [.. shown.Urls.Select(one => new UrlSnapshot(one.DisplayText ?? one.Endpoint?.EndpointName, one.Url, IsInternal: false))];
        foreach (var instance in _instances.Where(one => one.Resource == resource))
            await notifications.PublishUpdateAsync(resource, instance.Id, state => state with { Urls = urls });
    }

    // All that can be known to be missing is said at once, before anything starts.
    private void Prepare()
    {
        var problems = new List<string>();
        foreach (var resource in model.Resources)
        {
            if (Missing(resource) is { } problem)
                problems.Add(problem);
        }

        problems.AddRange(Waits.Circles(model));
        problems.AddRange(Ports.Allocate(model.Resources.OfType<IResourceWithEndpoints>(), options.Value));
        if (problems.Count > 0)
            throw new DistributedApplicationException(string.Join(Environment.NewLine, problems));
        foreach (var resource in model.Resources.Where(ResourceProcess.Has))
        {
            ResourceInstance[] instances = [.. ResourceInstance.Of(resource)];
            Ports.Allocate(instances);
            _instances.AddRange(instances);
            _replicas.AddRange(Replicas.Of(instances));
        }
    }

    private string? Missing(IResource resource)
    {
        switch (resource)
        {
            case ParameterResource parameter:
                try
                {
                    _ = parameter.Value;
                    notifications.PublishUpdateAsync(parameter, state => state with { State = KnownResourceStates.Running });
                    return null;
                }
                catch (MissingParameterValueException e)
                {
                    return e.Message;
                }

            case ProjectResource project when !File.Exists(ResourceProcess.AssemblyOf(project, appHost)):
                return $"'{project.Name}' is not built: {ResourceProcess.AssemblyOf(project, appHost)} is missing.";
            case ContainerResource container when container.Annotations.OfType<ILocalForm>().SingleOrDefault() is { } form:
                return form.Missing(options.Value, data);
            case ContainerResource container:
                return $"'{container.Name}' is a container of which the local host knows no local form.";
            default:
                return null;
        }
    }

    private static bool IsData(IResource resource) => resource.HasAnnotationOfType<ILocalForm>();
}
