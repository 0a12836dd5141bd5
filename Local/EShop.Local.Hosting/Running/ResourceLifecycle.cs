using System.ComponentModel;
using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EShop.Local.Hosting;

/// <summary>The life of one resource that is a process: waits, start, health, and start again when it ends unasked.</summary>
internal sealed partial class ResourceLifecycle(
    IOptions<LocalOptions> options, DataFolder data, AppHostAssembly appHost, DistributedApplicationModel model, DistributedApplicationExecutionContext context,
    ResourceNotificationService notifications, IDistributedApplicationEventing eventing, HealthMonitor health, Spawner spawner, ResourceLoggerService logs,
    IServiceProvider services, TimeProvider clock, ILogger<ResourceLifecycle> logger)
{
    // Not one of Aspire's: a restart is an addition of ours.
    public const string Restarting = nameof(Restarting);

    public const string ProcessId = "executable.pid";

    public const string FailureReason = "reason";

    /// <summary>Lives until stopped. <paramref name="started"/> is called once, when its process is there for the first time or can't be.</summary>
    public async Task RunAsync(ResourceInstance instance, string run, Action started, CancellationToken stopping)
    {
        var resource = instance.Resource;
        try
        {
            await AnnounceAsync(instance, stopping);
            var backOff = new BackOff();
            while (true)
            {
                var (process, stopSignal) = await StartAsync(instance, run, stopping);
                started();
                var up = clock.GetTimestamp();
                var code = await LiveAsync(instance, process, stopSignal, stopping);
                Processes.KillMarked($"{run}/{instance.Id}");
                if (stopping.IsCancellationRequested || !IsRestarted(resource, code))
                {
                    await EndAsync(instance, stopping.IsCancellationRequested ? KnownResourceStates.Exited : KnownResourceStates.Finished, code);
                    return;
                }

                var wait = backOff.After(clock.GetElapsedTime(up));
                await StateAsync(instance, Restarting, code);
                LogRestart(instance.Id, code, wait.TotalSeconds, logs.PathOf(instance.Id));
                logs.Host(instance.Id, $"ended with exit code {code}; starts again in {wait.TotalSeconds} s");
                await Task.Delay(wait, clock, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await EndAsync(instance, KnownResourceStates.Exited);
        }
        catch (Exception e) when (e is DistributedApplicationException or Win32Exception or IOException or InvalidOperationException)
        {
            logs.Host(instance.Id, $"could not be started: {e.Message}");
            await EndAsync(instance, KnownResourceStates.FailedToStart, reason: e.Message);
        }
        finally
        {
            started();
        }
    }

    private async Task AnnounceAsync(ResourceInstance instance, CancellationToken stopping)
    {
        var resource = instance.Resource;
        await StateAsync(instance, KnownResourceStates.Starting);
        foreach (var known in With(resource).OfType<IResourceWithConnectionString>())
            await eventing.PublishAsync(new ConnectionStringAvailableEvent(known, services), stopping);
        await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), stopping);
        if (!resource.HasAnnotationOfType<WaitAnnotation>())
            return;
        await StateAsync(instance, KnownResourceStates.Waiting);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, instance.SkipWaits.Token);
        try
        {
            await notifications.WaitForDependenciesAsync(resource, either.Token);
        }
        catch (OperationCanceledException) when (instance.SkipWaits.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            logs.Host(instance.Id, "is started without its waits, as somebody asked for");
        }
    }

    private async Task<(Process Process, Signal StopSignal)> StartAsync(ResourceInstance instance, string run, CancellationToken stopping)
    {
        await StateAsync(instance, KnownResourceStates.Starting);
        var machine = new LocalMachine(options.Value, data, spawner, $"{run}/{instance.Id}");
        var spec = await ResourceProcess.DescribeAsync(instance, appHost, machine, context, stopping);
        var process = await spawner.StartAsync(spec.ToStartInfo(machine.Marker));
        process.StandardInput.Close();
        _ = Task.WhenAll(HearAsync(instance, process.StandardOutput, isError: false), HearAsync(instance, process.StandardError, isError: true));
        await notifications.PublishUpdateAsync(instance.Resource, instance.Id, before => before with
        {
            EnvironmentVariables = [.. spec.Environment.Select(one => new EnvironmentVariableSnapshot(one.Key, one.Value, IsFromSpec: true))],
        });
        await StateAsync(instance, KnownResourceStates.Running, pid: process.Id);
        return (process, spec.StopSignal);
    }

    // Read by ourselves: with the events of Process, waiting for the exit would also wait for the end of the output, which a browser that the
    // killed service had started still holds open, and nothing would be started again.
    private async Task HearAsync(ResourceInstance instance, StreamReader output, bool isError)
    {
        try
        {
            while (await output.ReadLineAsync() is { } line)
                logs.Line(instance.Id, line, isError);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process is gone and its streams are closed: there is no more to hear.
            return;
        }
    }

    private async Task<int> LiveAsync(ResourceInstance instance, Process process, Signal stopSignal, CancellationToken stopping)
    {
        using var _ = process;
        using var gone = new CancellationTokenSource();
        var watches = With(instance.Resource).Select(watched => health.WatchAsync(watched, IdOf(watched, instance), gone.Token)).ToArray();
        try
        {
            await process.WaitForExitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            await StateAsync(instance, KnownResourceStates.Stopping, pid: process.Id);
            await Processes.StopAsync(process, stopSignal, options.Value.StopTimeout, clock);
        }

        await gone.CancelAsync();
        await Task.WhenAll(watches);
        return process.ExitCode;
    }

    // A server that ends has failed, whatever its exit code. A one-shot has ended well with 0, and whoever waits for its end wants to hear the code.
    private bool IsRestarted(IResource resource, int code) =>
        options.Value.Restart
        && !model.Resources.Any(r => r.Annotations.OfType<WaitAnnotation>().Any(w => w.Resource == resource && w.WaitType == WaitType.WaitForCompletion))
        && (code != 0 || resource.HasAnnotationOfType<EndpointAnnotation>());

    // The last word of a life.
    private async Task EndAsync(ResourceInstance instance, string state, int? code = null, string? reason = null)
    {
        await StateAsync(instance, state, code, reason: reason);
        if (notifications.TryGetCurrentState(instance.Id, out var last))
            await eventing.PublishAsync(new ResourceStoppedEvent(instance.Resource, services, last), CancellationToken.None);
    }

    private async Task StateAsync(ResourceInstance instance, string state, int? code = null, int? pid = null, string? reason = null)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        foreach (var one in With(instance.Resource))
        {
            await notifications.PublishUpdateAsync(one, IdOf(one, instance), before => before with
            {
                State = state,
                ExitCode = code,
                IsReady = false,
                HealthReports = state != KnownResourceStates.Running ? [] :
                    [.. one.TryGetAnnotationsIncludingAncestorsOfType<HealthCheckAnnotation>(out var checks) ? checks.Select(c => new HealthReportSnapshot(c.Key, null, null, null)) : []],
                StartTimeStamp = state == KnownResourceStates.Running ? now : before.StartTimeStamp,
                StopTimeStamp = code is null ? null : now,
                Properties = [.. Properties(pid, reason)],
            });
        }
    }

    private static IEnumerable<ResourcePropertySnapshot> Properties(int? pid, string? reason)
    {
        if (pid is not null)
            yield return new(ProcessId, pid);
        if (reason is not null)
            yield return new(FailureReason, reason);
    }

    private static string IdOf(IResource resource, ResourceInstance instance) => resource == instance.Resource ? instance.Id : resource.Name;

    // The resource and what lives inside it, which shares its state.
    private IEnumerable<IResource> With(IResource resource) =>
        model.Resources.OfType<IResourceWithParent>().Where(child => child.Parent == resource).Cast<IResource>().Prepend(resource);

    [LoggerMessage(1, LogLevel.Warning, "'{Resource}' ended with exit code {ExitCode}; starts again in {Seconds} s, see {Log}")]
    private partial void LogRestart(string resource, int exitCode, double seconds, string log);
}
