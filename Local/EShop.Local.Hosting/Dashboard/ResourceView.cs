using System.Runtime.CompilerServices;
using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>The one place where the dashboard's resource service meets the host: what is known of a resource, what it writes, what can be done with it.</summary>
internal sealed class ResourceView(
    ResourceNotificationService notifications, DistributedApplicationModel model, ResourceLoggerService logs, Commands commands)
{
    /// <summary>Every resource as it is now, then every change.</summary>
    public async IAsyncEnumerable<ResourceRow> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in notifications.WatchAsync(cancellationToken))
            yield return Describe(change);
    }

    /// <summary>The last lines of a resource's log, then each one as it is written.</summary>
    public async IAsyncEnumerable<ConsoleLine> ConsoleAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!notifications.TryGetCurrentState(name, out var known))
            yield break;
        await foreach (var lines in logs.WatchAsync(known.ResourceId).WithCancellation(cancellationToken))
        {
            foreach (var line in lines)
                yield return new(line.Content);
        }
    }

    /// <summary>Does what a command of the resource does.</summary>
    public async Task<CommandOutcome> RunAsync(string name, string command, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteAsync(name, command, cancellationToken);
        return new(result.Success, result.Canceled ? "It was called off." : result.ErrorMessage);
    }

    private ResourceRow Describe(ResourceEvent change)
    {
        var (resource, now) = (change.Resource, change.Snapshot);
        var isRunning = now.State?.Text == KnownResourceStates.Running;
        return new(change.ResourceId, now.ResourceType, now.State?.Text ?? "Unknown")
        {
            Health = now.HealthStatus?.ToString(),
            Pid = now.ProcessId(),
            ExitCode = now.ExitCode,
            Reason = now.Reason(),
            IsProcess = ResourceProcess.Has(resource),
            Parent = (resource as IResourceWithParent)?.Parent.Name,
            StartedAt = now.StartTimeStamp,
            StoppedAt = now.StopTimeStamp,
            Urls = [.. now.Urls.Where(one => !one.IsInternal).Select(one => new ResourceUrl(one.Name ?? one.Url, one.Url))],
            HealthReports = [.. now.HealthReports.Select(one => new ResourceHealth(one.Name, one.Status?.ToString(), one.Description, one.ExceptionText))],
            Environment = isRunning ? Environment(resource, now) : [],
            Commands =
            [
                .. commands.Of(resource, now).Where(one => one.State != ResourceCommandState.Hidden)
                    .Select(one => new ResourceCommand(one.Command.Name, one.Command.DisplayName, one.State == ResourceCommandState.Enabled, one.Command.ConfirmationMessage)),
            ],
            Relations = [.. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(one => new ResourceRelation(one.Resource.Name, one.Type)).Distinct()],
        };
    }

    private IReadOnlyList<ResourceVariable> Environment(IResource resource, CustomResourceSnapshot now)
    {
        if (resource is ParameterResource parameter)
            return [new("value", parameter.Value, parameter.Secret)];
        var secrets = model.Resources.OfType<ParameterResource>().Where(one => one.Secret).Select(one => one.Value).Where(value => value.Length > 0).ToArray();
        return
        [
            .. now.EnvironmentVariables.OrderBy(one => one.Name, StringComparer.Ordinal)
                .Select(one => new ResourceVariable(one.Name, one.Value ?? "", IsSecret(one.Name, one.Value ?? "", secrets))),
        ];
    }

    // What a secret parameter went into is a secret, and what is called one: passwords that the host makes up are in no parameter of the model.
    private static bool IsSecret(string name, string value, string[] secrets) =>
        secrets.Any(secret => value.Contains(secret, StringComparison.Ordinal))
        || new[] { "PASSWORD", "SECRET", "TOKEN", "KEY", "CONNECTIONSTRING", "HEADERS", "_URI" }.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
        || value.Contains("password=", StringComparison.OrdinalIgnoreCase);
}
