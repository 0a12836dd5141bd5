using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace EShop.Bill.Drawing;

/// <summary>One running Chromium, and pages of it that are kept open: opening one costs as much as printing an invoice.</summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    private static readonly string[] Flags =
    [
        "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
        // Nothing that an invoice says may make the browser call anybody: no name resolves, whatever else fails.
        "--host-resolver-rules=MAP * ~NOTFOUND",
        // Processes of its own for a graphics card and a network that there are none of cost tens of megabytes.
        "--in-process-gpu", "--disable-software-rasterizer", "--enable-features=NetworkServiceInProcess2",
    ];

    // The driver asks little of Node.js, which takes as much memory as it may before it tidies up. It has this process's environment, as it is.
    private const string DriverOptions = "--max-semi-space-size=1";

    private readonly IPlaywright _driver;
    private readonly IBrowser _browser;
    private readonly IBrowserContext _context;
    private readonly ConcurrentBag<IPage> _idle = [];

    private BrowserSession(IPlaywright driver, IBrowser browser, IBrowserContext context) => (_driver, _browser, _context) = (driver, browser, context);

    public bool IsConnected => _browser.IsConnected;

    /// <summary>Starts the browser behind a pipe: it ends when the pipe is closed, so it doesn't outlive this process, however this one ends.</summary>
    public static async Task<BrowserSession> StartAsync(string executable)
    {
        if (Environment.GetEnvironmentVariable("NODE_OPTIONS") is null)
            Environment.SetEnvironmentVariable("NODE_OPTIONS", DriverOptions);
        var driver = await Playwright.CreateAsync();
        try
        {
            // Chromium refuses to run its sandbox as root, and can't build one inside a container, which is one. As anybody else it is kept.
            var hasSandbox = !Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") != "true";
            var browser = await driver.Chromium.LaunchAsync(new() { ExecutablePath = executable, ChromiumSandbox = hasSandbox, Args = hasSandbox ? Flags : [.. Flags, "--no-zygote"] });
            var context = await browser.NewContextAsync(new() { JavaScriptEnabled = false, Offline = true, ServiceWorkers = ServiceWorkerPolicy.Block });
            return new BrowserSession(driver, browser, context);
        }
        catch
        {
            driver.Dispose();
            throw;
        }
    }

    public async Task<byte[]> PrintAsync(string html)
    {
        if (!_idle.TryTake(out var page))
            page = await _context.NewPageAsync();
        await page.SetContentAsync(html);
        var pdf = await page.PdfAsync(new() { PreferCSSPageSize = true, PrintBackground = true, Tagged = true });
        // Only a page that did its work is used again: one that failed goes with its browser.
        _idle.Add(page);
        return pdf;
    }

    public async ValueTask DisposeAsync()
    {
        // A browser that hangs is not asked to close: when the driver goes, it goes.
        if (_browser.IsConnected)
            await _browser.CloseAsync().WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _driver.Dispose();
    }
}
