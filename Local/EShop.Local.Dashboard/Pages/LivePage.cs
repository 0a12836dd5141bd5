using System.Diagnostics;
using EShop.Local.Dashboard.Store;
using Microsoft.AspNetCore.Components;

namespace EShop.Local.Dashboard.Pages;

/// <summary>
/// A page that follows a signal: loaded again when something is new, four times a second at most, and seldomer where loading takes long. It has no timer:
/// while nothing happens it does nothing.
/// </summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _gone = new();
    private readonly List<IDisposable> _subscriptions = [];
    private TimeSpan _pause = Shortest;
    private long _loaded;
    private bool _pending;

    [Inject]
    private Live Live { get; set; } = null!;

    /// <summary>Fires when the page is left.</summary>
    protected CancellationToken Gone => _gone.Token;

    /// <summary>The shortest time between two loads.</summary>
    protected virtual TimeSpan AtLeast => Shortest;

    /// <summary>Stops following.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing)
    {
        _subscriptions.ForEach(one => one.Dispose());
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <summary>Reads what the page shows; called in the page's own turn.</summary>
    protected abstract void Load();

    /// <inheritdoc/>
    protected override void OnParametersSet() => Load();

    /// <summary>Follows from now on; a page that is only rendered once does not.</summary>
    private protected void Follow(params Signal[] signals)
    {
        if (!RendererInfo.IsInteractive)
            return;
        foreach (var signal in signals)
            _subscriptions.Add(signal.Listen(News));
        _subscriptions.Add(Live.Changed.Listen(News));
    }

    /// <summary>Something is new.</summary>
    protected void News()
    {
        if (!Live.IsPaused && !Interlocked.Exchange(ref _pending, true))
            _ = ReloadAsync();
    }

    private async Task ReloadAsync()
    {
        try
        {
            var wait = _pause - Stopwatch.GetElapsedTime(_loaded);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Gone);
            Volatile.Write(ref _pending, false);
            await InvokeAsync(() =>
            {
                var start = Stopwatch.GetTimestamp();
                Load();
                StateHasChanged();
                _loaded = Stopwatch.GetTimestamp();
                var cost = Stopwatch.GetElapsedTime(start) * 8;
                _pause = cost > AtLeast ? cost : AtLeast;
            });
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The page was left in the meantime.
            return;
        }
    }
}
