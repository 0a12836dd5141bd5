using EShop.Bill.Drawing;
using EShop.Tests.Support;
using Google.Protobuf;
using Microsoft.Playwright;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>One dashboard that knows a shop and its purchase, and one browser, for all tests of the pages.</summary>
public sealed class PagesWorld : IAsyncLifetime
{
    private IPlaywright _driver = null!;

    public DashboardProcess Dashboard { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    internal FakeHost Host { get; private set; } = null!;

    /// <summary>The id of the purchase's trace.</summary>
    public static string Trace => $"{1:x32}";

    public async ValueTask InitializeAsync()
    {
        Host = await FakeHost.StartAsync();
        Dashboard = await DashboardProcess.StartAsync(
            ("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", Host.Address), ("DASHBOARD__RESOURCESERVICECLIENT__APIKEY", FakeHost.Key));
        foreach (var name in new[] { "web", "cart", "products", "payment" })
            Host.Tell(name, "Running", health: "Healthy");
        Host.Tell("bill", "Running", health: "Unhealthy");
        Host.Tell("redis", "Running", "Redis", "Healthy");
        Host.Tell("cartdb", "Running", "PostgresDatabase", "Healthy", parent: "postgres");
        Host.Write("\u001b[32minfo\u001b[39m: Microsoft.Hosting.Lifetime[14]");
        Host.Write("      Now listening on: http://localhost:5102");
        Host.Write("\u001b[41m\u001b[30mfail\u001b[0m: the database is away");

        foreach (var request in Purchase.Spans(1))
            await Dashboard.Send("traces", request.ToByteArray());
        var failed = Sent.Span(2, 1, 0, "POST /api/payment", 2, 9_000, 12);
        failed.Status = new() { Code = 2, Message = "card declined" };
        await Dashboard.Send("traces", Sent.Traces("payment", failed).ToByteArray());
        await Dashboard.Send("logs", Sent.Logs("cart", Sent.Log(9, "Order o-17 is checked out", 1, 2, Sent.Tag("OrderId", "o-17")), Sent.Log(5, "A detail")).ToByteArray());
        await Dashboard.Send("logs", Sent.Logs("payment", Sent.Log(17, "The card was declined", 2, 1)).ToByteArray());
        for (var second = 0; second <= 60; second += 5)
        {
            await Dashboard.Send("metrics", Sent.Metrics("cart",
                Sent.Counter("orders.placed", second * 3, (second - 60) * 1_000, Sent.Tag("kind", "web")),
                Sent.Counter("orders.placed", second * 5, (second - 60) * 1_000, Sent.Tag("kind", "app"))).ToByteArray());
        }

        _driver = await Playwright.CreateAsync();
        Browser = await _driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = ChromiumPath.Find(null) ?? throw new InvalidOperationException(ChromiumPath.Missing),
            ChromiumSandbox = !Environment.IsPrivilegedProcess,
            Args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        await Eventually.True(async () => (await Dashboard.Page("/")).Contains("cartdb", StringComparison.Ordinal));
    }

    /// <summary>A window in which the link was followed.</summary>
    public async Task<IPage> Open(string path, int width = 1440, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await Browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme, BaseURL = Dashboard.Address.ToString() });
        context.SetDefaultTimeout(15_000);
        await context.AddCookiesAsync([.. await Cookies()]);
        var page = await context.NewPageAsync();
        await page.GotoAsync(path);
        await Alive(page);
        return page;
    }

    /// <summary>Waits until the page follows what happens.</summary>
    public static Task Alive(IPage page) => page.Locator("main[data-live]").WaitForAsync();

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _driver.Dispose();
        await Dashboard.DisposeAsync();
        await Host.DisposeAsync();
    }

    private async Task<IEnumerable<Cookie>> Cookies()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var login = await client.GetAsync(new Uri(Dashboard.Address, $"login?t={DashboardProcess.Token}"));
        var pair = login.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2);
        return [new Cookie { Name = pair[0], Value = pair[1], Url = Dashboard.Address.ToString(), HttpOnly = true }];
    }
}
