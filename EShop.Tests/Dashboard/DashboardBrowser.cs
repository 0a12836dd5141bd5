using Deque.AxeCore.Playwright;
using EShop.Bill.Drawing;
using Microsoft.Playwright;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>A browser in whose windows the dashboard's link was followed.</summary>
public sealed class DashboardBrowser : IAsyncDisposable
{
    private readonly IPlaywright _driver;
    private readonly IBrowser _browser;
    private readonly Uri _link;

    private DashboardBrowser(IPlaywright driver, IBrowser browser, Uri link) => (_driver, _browser, _link) = (driver, browser, link);

    /// <param name="link">The one that the host prints.</param>
    public static async Task<DashboardBrowser> StartAsync(Uri link)
    {
        var driver = await Playwright.CreateAsync();
        var browser = await driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = ChromiumPath.Find(null) ?? throw new InvalidOperationException(ChromiumPath.Missing),
            ChromiumSandbox = !Environment.IsPrivilegedProcess,
            Args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return new(driver, browser, link);
    }

    public async Task<IPage> Open(string path, int width = 1440, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await Window(width, scheme);
        await page.Context.AddCookiesAsync([.. await Cookies()]);
        await page.GotoAsync(path);
        await Alive(page);
        return page;
    }

    /// <summary>An empty window of somebody who has no link.</summary>
    public async Task<IPage> Window(int width = 1440, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme, BaseURL = new Uri(_link, "/").ToString() });
        context.SetDefaultTimeout(15_000);
        return await context.NewPageAsync();
    }

    /// <summary>Waits until the page follows what happens.</summary>
    public static Task Alive(IPage page) => page.Locator("main[data-live]").WaitForAsync();

    /// <summary>Asserts that the page as it stands can be used by everybody, and is no wider than its window. With ESHOP_SHOTS a picture is kept in that folder.</summary>
    public static async Task IsForEverybody(IPage page, string name)
    {
        var found = await page.RunAxe();
        Assert.Empty(found.Violations.Select(violation => $"{name}: {violation.Id}: {violation.Nodes[0].Html}"));
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"), $"{name} is wider than its window");
        if (Environment.GetEnvironmentVariable("ESHOP_SHOTS") is { } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png") });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _driver.Dispose();
    }

    private async Task<IEnumerable<Cookie>> Cookies()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var login = await client.GetAsync(_link);
        var pair = login.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2);
        return [new Cookie { Name = pair[0], Value = pair[1], Url = new Uri(_link, "/").ToString(), HttpOnly = true }];
    }
}
