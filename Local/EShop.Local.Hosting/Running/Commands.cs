using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>Finds commands and has them carried out. Everything that is a process can be started, stopped and restarted.</summary>
internal sealed class Commands(
    DistributedApplicationModel model, ResourceNotificationService notifications, Func<Orchestrator> orchestrator, IServiceProvider services)
{
    private static readonly HashSet<string> Up = [KnownResourceStates.Starting, KnownResourceStates.Running, KnownResourceStates.Waiting, ResourceLifecycle.Restarting];

    /// <summary>Says of everything that is a process what can be done with it.</summary>
    public void AddBuiltIn()
    {
        foreach (var resource in model.Resources.Where(ResourceProcess.Has))
        {
            // Who waits may be started without waiting.
            Add(resource, "start", "Start", state => !Up.Contains(state) || state == KnownResourceStates.Waiting, (host, id) => host.StartAsync(id));
            Add(resource, "stop", "Stop", Up.Contains, (host, id) => host.StopAsync(id));
            Add(resource, "restart", "Restart", state => state == KnownResourceStates.Running, async (host, id) =>
            {
                await host.StopAsync(id);
                await host.StartAsync(id);
            });
        }
    }

    /// <summary>The commands of a resource, and whether they can be carried out now.</summary>
    public IEnumerable<(ResourceCommandAnnotation Command, ResourceCommandState State)> Of(IResource resource, CustomResourceSnapshot now) =>
        resource.Annotations.OfType<ResourceCommandAnnotation>().Select(command => (command, command.UpdateState(new() { ResourceSnapshot = now, ServiceProvider = services })));

    public async Task<ExecuteCommandResult> ExecuteAsync(string resourceId, string commandName, CancellationToken cancellationToken)
    {
        var targets = notifications.Current.Where(state => state.ResourceId.Equals(resourceId, StringComparison.OrdinalIgnoreCase)
            || state.Resource.Name.Equals(resourceId, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (targets.Length == 0)
            return CommandResults.Failure($"There is no '{resourceId}'.");
        foreach (var target in targets)
        {
            var (command, state) = Of(target.Resource, target.Snapshot).FirstOrDefault(one => one.Command.Name == commandName);
            if (command is null)
                return CommandResults.Failure($"'{resourceId}' has no command '{commandName}'.");
            if (state != ResourceCommandState.Enabled)
                return CommandResults.Failure($"'{commandName}' can't be done while '{target.ResourceId}' is {target.Snapshot.State?.Text}.");
            var result = await ExecuteAsync(command, target.ResourceId, cancellationToken);
            if (!result.Success)
                return result;
        }

        return CommandResults.Success();
    }

    private async Task<ExecuteCommandResult> ExecuteAsync(ResourceCommandAnnotation command, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await command.ExecuteCommand(new() { ServiceProvider = services, ResourceName = id, CancellationToken = cancellationToken });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return CommandResults.Canceled();
        }
        catch (Exception e)
        {
            return CommandResults.Failure(e);
        }
    }

    private void Add(IResource resource, string name, string displayName, Func<string, bool> when, Func<Orchestrator, string, Task> run)
    {
        if (resource.Annotations.OfType<ResourceCommandAnnotation>().Any(command => command.Name == name))
            return;
        resource.Annotations.Add(new ResourceCommandAnnotation(
            name, displayName, context => when(context.ResourceSnapshot.State?.Text ?? "") ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
            async context =>
            {
                await run(orchestrator(), context.ResourceName);
                return CommandResults.Success();
            }, null, null, null, null, null, false));
    }
}
