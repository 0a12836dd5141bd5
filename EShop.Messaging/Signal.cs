namespace EShop.Messaging;

/// <summary>Tells a loop of this process that there is something to do. Several calls before it looks are one; a call while it works has it look once more.</summary>
public sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    /// <summary>Has the loop look now, or again after what it is at. May be called from any thread.</summary>
    public void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // Set already: the loop has not looked since, so it will see this change as well.
        }
    }

    /// <summary>Waits until it is set, at most so long. One loop waits for one signal.</summary>
    /// <returns>True if it was set, false if <paramref name="atMost"/> passed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _set.WaitAsync(atMost, cancellationToken);

    /// <summary>Nobody waits any more.</summary>
    public void Dispose() => _set.Dispose();
}
