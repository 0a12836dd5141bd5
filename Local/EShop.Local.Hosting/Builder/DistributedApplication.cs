using Aspire.Hosting.ApplicationModel;
using EShop.Local.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>An application of several processes, run on this machine.</summary>
/// <param name="host">The generic host beneath it.</param>
public class DistributedApplication(IHost host) : IHost, IAsyncDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>What state each resource is in, and waiting for it.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>What can be done to the resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    // A test starts and disposes it, before the program's own Run() has begun as it may be; that one only waits until it is over.
    internal bool IsDrivenByTest { get; set; }

    /// <summary>A builder that reads no command line.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>A builder for a command line.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>A builder for options.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => BuilderInterception.Create(options);

    /// <summary>Starts everything; done once every resource was started, its waits over. Throws <see cref="DistributedApplicationException"/> with a sentence that says what is missing.</summary>
    public virtual async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await host.StartAsync(cancellationToken);
        await Services.GetRequiredService<Orchestrator>().StartAsync(cancellationToken);
    }

    /// <summary>Stops everything: first what uses the databases, then the databases.</summary>
    public virtual async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await Services.GetRequiredService<Orchestrator>().StopAsync();
        await host.StopAsync(cancellationToken);
    }

    /// <summary>Starts everything, or writes the manifest if that is asked for; shows how far it is, and waits for Ctrl-C or SIGTERM; then stops everything.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (IsDrivenByTest)
        {
            await _ended.Task.WaitAsync(cancellationToken);
            return;
        }

        await using (this)
        {
            if (Services.GetRequiredService<DistributedApplicationExecutionContext>().IsPublishMode)
                await ManifestRun.WriteAsync(this, cancellationToken);
            else
                await ConsoleRun.UntilStopped(this, cancellationToken);
        }
    }

    /// <inheritdoc cref="RunAsync"/>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Stops what still runs.</summary>
    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops what still runs; a second time does nothing.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        try
        {
            await Services.GetRequiredService<Orchestrator>().StopAsync();
            if (host is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
        }
        finally
        {
            _ended.TrySetResult();
        }

        GC.SuppressFinalize(this);
    }
}
