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
    ResourceNotificationService notifications, IDistributedApplicationEventing eventing, HealthMonitor health, Spawner spawner, ResourceLogs logs,
    IServiceProvider services, TimeProvider clock, ILogger<ResourceLifecycle> logger)
{
    // Not one of Aspire's: a restart is an addition of ours.
    public const string Restarting = nameof(Restarting);

    public const string ProcessId = "executable.pid";

    /// <summary>Lives until stopped. <paramref name="started"/> is called once, when its process is there for the first time or can't be.</summary>
    public async Task RunAsync(IResource resource, string run, Action started, CancellationToken stopping)
    {
        try
        {
            await AnnounceAsync(resource, stopping);
            var backOff = new BackOff();
            while (true)
            {
                var (process, stopSignal) = await StartAsync(resource, run, stopping);
                started();
                var up = clock.GetTimestamp();
                var code = await LiveAsync(resource, process, stopSignal, stopping);
                Processes.KillMarked($"{run}/{resource.Name}");
                if (stopping.IsCancellationRequested || !IsRestarted(resource, code))
                {
                    await StateAsync(resource, stopping.IsCancellationRequested ? KnownResourceStates.Exited : KnownResourceStates.Finished, code);
                    return;
                }

                var wait = backOff.After(clock.GetElapsedTime(up));
                await StateAsync(resource, Restarting, code);
                LogRestart(resource.Name, code, wait.TotalSeconds, logs.PathOf(resource.Name));
                logs.Host(resource.Name, $"ended with exit code {code}; starts again in {wait.TotalSeconds} s");
                await Task.Delay(wait, clock, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await StateAsync(resource, KnownResourceStates.Exited);
        }
        catch (Exception e) when (e is DistributedApplicationException or Win32Exception or IOException or InvalidOperationException)
        {
            logs.Host(resource.Name, $"could not be started: {e.Message}");
            await StateAsync(resource, KnownResourceStates.FailedToStart, reason: e.Message);
        }
        finally
        {
            started();
        }
    }

    private async Task AnnounceAsync(IResource resource, CancellationToken stopping)
    {
        await StateAsync(resource, KnownResourceStates.Starting);
        foreach (var known in With(resource).OfType<IResourceWithConnectionString>())
            await eventing.PublishAsync(new ConnectionStringAvailableEvent(known, services), stopping);
        await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), stopping);
        if (resource.HasAnnotationOfType<WaitAnnotation>())
        {
            await StateAsync(resource, KnownResourceStates.Waiting);
            await notifications.WaitForDependenciesAsync(resource, stopping);
        }
    }

    private async Task<(Process Process, Signal StopSignal)> StartAsync(IResource resource, string run, CancellationToken stopping)
    {
        await StateAsync(resource, KnownResourceStates.Starting);
        var machine = new LocalMachine(options.Value, data, spawner, $"{run}/{resource.Name}");
        var spec = await ResourceProcess.DescribeAsync(resource, appHost, machine, context, stopping);
        var process = await spawner.StartAsync(spec.ToStartInfo(machine.Marker));
        process.StandardInput.Close();
        _ = Task.WhenAll(HearAsync(resource, process.StandardOutput), HearAsync(resource, process.StandardError));
        await StateAsync(resource, KnownResourceStates.Running, pid: process.Id);
        return (process, spec.StopSignal);
    }

    // Read by ourselves: with the events of Process, waiting for the exit would also wait for the end of the output, which a browser that the
    // killed service had started still holds open, and nothing would be started again.
    private async Task HearAsync(IResource resource, StreamReader output)
    {
        try
        {
            while (await output.ReadLineAsync() is { } line)
                logs.Line(resource.Name, line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process is gone and its streams are closed: there is no more to hear.
            return;
        }
    }

    private async Task<int> LiveAsync(IResource resource, Process process, Signal stopSignal, CancellationToken stopping)
    {
        using var _ = process;
        using var gone = new CancellationTokenSource();
        var watches = With(resource).Select(watched => health.WatchAsync(watched, gone.Token)).ToArray();
        try
        {
            await process.WaitForExitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            await StateAsync(resource, KnownResourceStates.Stopping, pid: process.Id);
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

    private async Task StateAsync(IResource resource, string state, int? code = null, int? pid = null, string? reason = null)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        foreach (var one in With(resource))
        {
            await notifications.PublishUpdateAsync(one, before => before with
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
            yield return new("reason", reason);
    }

    // The resource and what lives inside it, which shares its state.
    private IEnumerable<IResource> With(IResource resource) =>
        model.Resources.OfType<IResourceWithParent>().Where(child => child.Parent == resource).Cast<IResource>().Prepend(resource);

    [LoggerMessage(1, LogLevel.Warning, "'{Resource}' ended with exit code {ExitCode}; starts again in {Seconds} s, see {Log}")]
    private partial void LogRestart(string resource, int exitCode, double seconds, string log);
}
