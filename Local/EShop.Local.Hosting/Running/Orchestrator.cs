using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Options;

namespace EShop.Local.Hosting;

/// <summary>Starts a model's resources, each on its own, and stops them in order.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model, IOptions<LocalOptions> options, DataFolder data, AppHostAssembly appHost, ResourceNotificationService notifications,
    IDistributedApplicationEventing eventing, ResourceLifecycle lifecycle, Spawner spawner, IServiceProvider services) : IDisposable
{
    // Every process of this run carries it, so that whoever outlives its parent is found.
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _stopServers = new();
    private readonly CancellationTokenSource _stopData = new();
    private readonly List<(IResource Resource, Task Life)> _lives = [];
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
        Prepare();
        _watchdog = await Watchdog.StartAsync(spawner, _run);
        foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>())
            await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);

        var firsts = new List<Task>();
        foreach (var resource in model.Resources.Where(ResourceProcess.Has))
        {
            if (resource.HasAnnotationOfType<ExplicitStartupAnnotation>())
            {
                await notifications.PublishUpdateAsync(resource, state => state with { State = KnownResourceStates.NotStarted });
                continue;
            }

            var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var stopping = IsData(resource) ? _stopData.Token : _stopServers.Token;
            _lives.Add((resource, Task.Run(() => lifecycle.RunAsync(resource, _run, () => first.TrySetResult(), stopping), CancellationToken.None)));
            firsts.Add(first.Task);
        }

        await Task.WhenAll(firsts).WaitAsync(cancellationToken);
        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken);
    }

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
            await Task.WhenAll(_lives.Where(life => !IsData(life.Resource)).Select(life => life.Life));
            await _stopData.CancelAsync();
            await Task.WhenAll(_lives.Select(life => life.Life));
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
        _stopServers.Dispose();
        _stopData.Dispose();
        _once.Dispose();
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

        problems.AddRange(Ports.Allocate(model.Resources.OfType<IResourceWithEndpoints>(), options.Value));
        if (problems.Count > 0)
            throw new DistributedApplicationException(string.Join(Environment.NewLine, problems));
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
