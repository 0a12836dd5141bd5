using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>A resource as a process, or one of its replicas: what is started, stopped and started again.</summary>
/// <param name="resource">The resource.</param>
/// <param name="id">Its name; a replica's has a suffix.</param>
internal sealed class ResourceInstance(IResource resource, string id) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private CancellationTokenSource? _stop;

    public IResource Resource { get; } = resource;

    public string Id { get; } = id;

    /// <summary>The ports that it listens on, where they are not those that all replicas share.</summary>
    public Dictionary<EndpointAnnotation, int> Ports { get; } = [];

    /// <summary>Cancelled when somebody wants it started without its waits.</summary>
    public CancellationTokenSource SkipWaits { get; private set; } = new();

    /// <summary>From the start to the stop, restarts included.</summary>
    public Task Life { get; private set; } = Task.CompletedTask;

    /// <summary>Begins a life, if there is none; says whether it did.</summary>
    public async Task<bool> StartAsync(Func<ResourceInstance, CancellationToken, Task> live, CancellationToken stopping)
    {
        await _one.WaitAsync(CancellationToken.None);
        try
        {
            if (!Life.IsCompleted)
                return false;
            _stop?.Dispose();
            SkipWaits.Dispose();
            SkipWaits = new();
            _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var stop = _stop.Token;
            Life = Task.Run(() => live(this, stop), CancellationToken.None);
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends its life; done when its process is gone.</summary>
    public async Task StopAsync()
    {
        await _one.WaitAsync(CancellationToken.None);
        try
        {
            if (!Life.IsCompleted)
                await _stop!.CancelAsync();
            await Life;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _stop?.Dispose();
        SkipWaits.Dispose();
        _one.Dispose();
    }

    /// <summary>What a resource is started as.</summary>
    public static IEnumerable<ResourceInstance> Of(IResource resource)
    {
        var replicas = resource.ReplicaCount();
        return replicas == 1
            ? [new(resource, resource.Name)]
            : Enumerable.Range(0, replicas).Select(_ => new ResourceInstance(
                resource, $"{resource.Name}-{System.Security.Cryptography.RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8)}"));
    }
}
