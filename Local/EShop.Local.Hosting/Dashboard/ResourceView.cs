using System.Runtime.CompilerServices;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>The one place where the dashboard's resource service meets the host: what is known of a resource, what it writes, what can be done with it.</summary>
internal sealed class ResourceView(
    ResourceNotificationService notifications, DistributedApplicationModel model, DistributedApplicationExecutionContext context, ResourceLogs logs, Commands commands, TimeProvider clock)
{
    private const int RememberedBytes = 512 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    /// <summary>Every resource as it is now, then every change.</summary>
    public async IAsyncEnumerable<ResourceRow> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in notifications.WatchAsync(cancellationToken))
            yield return await DescribeAsync(change, cancellationToken);
    }

    /// <summary>The last lines of a resource's log, then each one as it is written. Looks into the file only while somebody reads.</summary>
    public async IAsyncEnumerable<ConsoleLine> ConsoleAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!notifications.TryGetCurrentState(name, out var known))
            yield break;
        var path = logs.PathOf(known.ResourceId);
        while (!File.Exists(path))
            await Task.Delay(BetweenLooks, clock, cancellationToken);
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        if (file.Length > RememberedBytes)
        {
            // Somewhere in a line: it begins with the next one.
            file.Seek(-RememberedBytes, SeekOrigin.End);
            await reader.ReadLineAsync(cancellationToken);
        }

        while (true)
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
                yield return new(line);
            await Task.Delay(BetweenLooks, clock, cancellationToken);
        }
    }

    /// <summary>Does what a command of the resource does.</summary>
    public async Task<CommandOutcome> RunAsync(string name, string command, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteAsync(name, command, cancellationToken);
        return new(result.Success, result.Canceled ? "It was called off." : result.ErrorMessage);
    }

    private async Task<ResourceRow> DescribeAsync(ResourceEvent change, CancellationToken cancellationToken)
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
            Urls = resource is IResourceWithEndpoints listens ? [.. listens.GetEndpoints().Where(e => e.IsAllocated).Select(e => new ResourceUrl(e.EndpointName, e.Url))] : [],
            HealthReports = [.. now.HealthReports.Select(one => new ResourceHealth(one.Name, one.Status?.ToString(), one.Description, one.ExceptionText))],
            Environment = isRunning ? await EnvironmentAsync(resource, cancellationToken) : [],
            Commands =
            [
                .. commands.Of(resource, now).Where(one => one.State != ResourceCommandState.Hidden)
                    .Select(one => new ResourceCommand(one.Command.Name, one.Command.DisplayName, one.State == ResourceCommandState.Enabled, one.Command.ConfirmationMessage)),
            ],
            Relations = [.. resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(one => new ResourceRelation(one.Resource.Name, one.Type)).Distinct()],
        };
    }

    private async Task<IReadOnlyList<ResourceVariable>> EnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        if (resource is ParameterResource parameter)
            return [new("value", parameter.Value, parameter.Secret)];
        var secrets = model.Resources.OfType<ParameterResource>().Where(one => one.Secret).Select(one => one.Value).Where(value => value.Length > 0).ToArray();
        var (environment, _) = await ResourceProcess.FillAsync(resource, context, cancellationToken);

        // The instance's id is made up anew at each start: asking again would not give the one in use.
        return
        [
            .. environment.Where(one => one.Key != "OTEL_RESOURCE_ATTRIBUTES").OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => new ResourceVariable(one.Key, one.Value, IsSecret(one.Key, one.Value, secrets))),
        ];
    }

    // What a secret parameter went into is a secret, and what is called one: passwords that the host makes up are in no parameter of the model.
    private static bool IsSecret(string name, string value, string[] secrets) =>
        secrets.Any(secret => value.Contains(secret, StringComparison.Ordinal))
        || new[] { "PASSWORD", "SECRET", "TOKEN", "KEY", "CONNECTIONSTRING", "HEADERS", "_URI" }.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
        || value.Contains("password=", StringComparison.OrdinalIgnoreCase);
}
