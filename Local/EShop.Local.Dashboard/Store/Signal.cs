namespace EShop.Local.Dashboard.Store;

/// <summary>Says that something is new. Costs nothing while nobody listens.</summary>
internal sealed class Signal
{
    private Action? _listeners;

    public void Raise() => Volatile.Read(ref _listeners)?.Invoke();

    /// <summary>Listens until disposed. The listener is called by whoever brought the news, and must be quick.</summary>
    public IDisposable Listen(Action listener)
    {
        Change(listeners => listeners + listener);
        return new Subscription(() => Change(listeners => listeners - listener));
    }

    private void Change(Func<Action?, Action?> change)
    {
        Action? before;
        do
        {
            before = _listeners;
        }
        while (Interlocked.CompareExchange(ref _listeners, change(before), before) != before);
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
