using Microsoft.Extensions.Options;
using Microsoft.Playwright;

namespace EShop.Bill.Drawing;

/// <summary>Prints pages as PDF by one warm Chromium, which is started when it is first needed and again when it died, and let go when there was nothing to print for long.</summary>
internal sealed partial class Browser(IOptions<BillOptions> options, TimeProvider clock, ILogger<Browser> logger) : IAsyncDisposable
{
    // Longer than any invoice takes on a busy machine; a page that hangs costs its browser.
    private static readonly TimeSpan PrintLimit = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _starting = new(1);
    private BrowserSession? _session;
    private long _used = clock.GetTimestamp();
    private int _printing;

    public bool IsRunning => _session is { IsConnected: true };

    /// <summary>Starts the browser if it doesn't run and was in use lately; ends it if it was not.</summary>
    /// <exception cref="BrowserMissingException">There is none on this machine.</exception>
    public async Task TendAsync(CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(Interlocked.Read(ref _used)) < options.Value.BrowserIdle)
        {
            await RunningAsync(cancellationToken);
        }
        else if (_session is { } idle && Volatile.Read(ref _printing) == 0)
        {
            // Who comes at this very moment finds it dead under his page, and prints on a new one.
            LogLetGo();
            await DropAsync(idle);
        }
    }

    /// <summary>Prints one page.</summary>
    /// <exception cref="BrowserMissingException">There is no browser on this machine.</exception>
    public async Task<byte[]> PrintAsync(string html, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _printing);
        try
        {
            return await PrintNowAsync(html, cancellationToken);
        }
        finally
        {
            Interlocked.Exchange(ref _used, clock.GetTimestamp());
            Interlocked.Decrement(ref _printing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is { } session)
            await DropAsync(session);
        _starting.Dispose();
    }

    private async Task<byte[]> PrintNowAsync(string html, CancellationToken cancellationToken)
    {
        var session = await RunningAsync(cancellationToken);
        try
        {
            return await session.PrintAsync(html).WaitAsync(PrintLimit, clock, cancellationToken);
        }
        catch (Exception exception) when (exception is PlaywrightException or TimeoutException)
        {
            LogDied(exception);
            await DropAsync(session);
        }
        // Once more on a new one: a browser that was killed under a page is no reason to let its reader wait.
        session = await RunningAsync(cancellationToken);
        return await session.PrintAsync(html).WaitAsync(PrintLimit, clock, cancellationToken);
    }

    private async Task<BrowserSession> RunningAsync(CancellationToken cancellationToken)
    {
        if (_session is { IsConnected: true } running)
            return running;
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_session is { IsConnected: true } startedMeanwhile)
                return startedMeanwhile;
            if (_session is { } dead)
                await dead.DisposeAsync();
            var executable = ChromiumPath.Find(options.Value.Browser) ?? throw new BrowserMissingException();
            _session = null;
            _session = await BrowserSession.StartAsync(executable);
            LogStarted(executable);
            return _session;
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task DropAsync(BrowserSession session)
    {
        // Several pages may fail with one browser: the first that notices ends it.
        if (Interlocked.CompareExchange(ref _session, null, session) == session)
            await session.DisposeAsync();
    }

    [LoggerMessage(1, LogLevel.Information, "The browser {Executable} draws invoices.")]
    private partial void LogStarted(string executable);

    [LoggerMessage(2, LogLevel.Warning, "The browser failed while it drew; a new one is started.")]
    private partial void LogDied(Exception exception);

    [LoggerMessage(3, LogLevel.Information, "The browser has had nothing to draw for long and is let go.")]
    private partial void LogLetGo();
}

/// <summary>There is no browser on this machine; the message says how to get one.</summary>
internal sealed class BrowserMissingException() : Exception(ChromiumPath.Missing);
