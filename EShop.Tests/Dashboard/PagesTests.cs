using EShop.Tests.Support;
using Google.Protobuf;
using Microsoft.Playwright;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>The pages in a browser, with the telemetry of a purchase.</summary>
public sealed class PagesTests(PagesWorld world) : IClassFixture<PagesWorld>
{
    private static readonly string[] Paths =
    [
        "/", "/resources/cart", "/console/cart", "/logs", "/traces", $"/traces/{PagesWorld.Trace}?span=0000000000000006", "/metrics?resource=cart",
        "/metrics?resource=cart&meter=EShop.Tests&name=orders.placed",
    ];

    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public Task Every_page_can_be_read_by_everybody_and_fits_the_width(int width, ColorScheme scheme) => EveryPage(width, scheme);

    [Theory(Explicit = true)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public Task Nor_does_it_depend_on_which_width_is_seen_in_which_colours(int width, ColorScheme scheme) => EveryPage(width, scheme);

    private async Task EveryPage(int width, ColorScheme scheme)
    {
        var page = await world.Browser.Open("/", width, scheme);
        foreach (var path in Paths)
        {
            await page.GotoAsync(path);
            await DashboardBrowser.Alive(page);
            await DashboardBrowser.IsForEverybody(page, $"{path.Split('?')[0].Trim('/').Replace('/', '-')}{(path.Contains("name=", StringComparison.Ordinal) ? "-one" : "")}-{width}-{scheme}");
        }

        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task Who_has_no_link_is_told_where_it_is(int width, ColorScheme scheme)
    {
        var page = await world.Browser.Window(width, scheme);
        await page.GotoAsync("/");
        await Expect(page.GetByText("The link with the token is printed in the terminal")).ToBeVisibleAsync();
        await DashboardBrowser.IsForEverybody(page, $"closed-{width}-{scheme}");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Resources_are_shown_as_they_change_and_a_secret_when_it_is_asked_for()
    {
        var page = await world.Browser.Open("/");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "bill" }).GetByText("Unhealthy")).ToBeVisibleAsync();
        world.Host.Tell("web", "Stopping");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "web" }).GetByText("Stopping")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "cart", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "cart" })).ToBeVisibleAsync();
        Assert.DoesNotContain("the-database-password", await page.ContentAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show CARTDB_PASSWORD" }).ClickAsync();
        await Expect(page.GetByText("the-database-password")).ToBeVisibleAsync();
        Assert.DoesNotContain("the-database-password", await world.Dashboard.Page("/resources/cart"), StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task By_keyboard_alone_a_service_is_stopped_and_only_after_a_yes()
    {
        var page = await world.Browser.Open("/resources/products");
        await Tab(page, "Stop products");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("Stop products?");
        Assert.DoesNotContain("stop products", world.Host.Commands);
        await Tab(page, "Yes");
        await page.Keyboard.PressAsync("Enter");
        await Eventually.True(() => world.Host.Commands.Contains("stop products"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task By_keyboard_alone_the_way_leads_from_a_trace_to_a_span_and_its_logs()
    {
        var page = await world.Browser.Open("/traces");
        await Tab(page, "web: POST /api/cart/checkout");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".waterfall li")).ToHaveCountAsync(9);
        await Tab(page, "process {events:products}");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("The lock was taken, again in a moment")).ToBeVisibleAsync();
        await Tab(page, "draw PDF");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Linked spans")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Logs of this trace" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Order o-17 is checked out")).ToBeVisibleAsync();
        await Expect(page.GetByText("The card was declined")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_console_is_followed_searched_and_coloured_and_stands_still_when_asked_to()
    {
        var page = await world.Browser.Open("/console/cart");
        await Expect(page.GetByText("Now listening on")).ToBeVisibleAsync();
        await Expect(page.Locator(".ansi1")).ToHaveTextAsync("fail");
        world.Host.Write("a new line");
        await Expect(page.GetByText("a new line")).ToBeVisibleAsync();

        await page.GetByLabel("Search").FillAsync("database");
        await Expect(page.Locator(".console .row")).ToHaveCountAsync(1);
        await page.GetByLabel("Search").FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToBeVisibleAsync();
        world.Host.Write("while it stands");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByText("while it stands")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Logs_are_filtered_and_new_ones_come_by_themselves()
    {
        var page = await world.Browser.Open("/logs");
        await page.GetByLabel("Level").SelectOptionAsync("17");
        await Expect(page.GetByText("The card was declined")).ToBeVisibleAsync();
        await Expect(page.GetByText("A detail")).ToHaveCountAsync(0);
        await page.GetByLabel("Resource").SelectOptionAsync("payment");
        await world.Dashboard.Send("logs", Sent.Logs("payment", Sent.Log(17, "It fails again")).ToByteArray());
        await Expect(page.GetByText("It fails again")).ToBeVisibleAsync();
        await page.GetByText("The card was declined").PressAsync("Enter");
        await Expect(page.GetByText("category")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Metrics_are_split_by_a_dimension_and_say_their_numbers()
    {
        var page = await world.Browser.Open("/metrics?resource=cart");
        await page.GetByRole(AriaRole.Link, new() { Name = "orders.placed" }).ClickAsync();
        await page.GetByLabel("A line for each").SelectOptionAsync("kind");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "app" })).ToBeVisibleAsync();
        await page.Locator(".filters label", new() { HasTextRegex = new("^\\s*kind") }).Locator("select").SelectOptionAsync("web");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "app" })).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_theme_is_switched_and_stays()
    {
        var page = await world.Browser.Open("/");
        var light = await Background(page);
        await page.GetByLabel("Theme").SelectOptionAsync("dark");
        await Eventually.True(async () => await Background(page) != light);
        await page.ReloadAsync();
        Assert.NotEqual(light, await Background(page));
        await page.Context.CloseAsync();
    }

    private static Task<string> Background(IPage page) => page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    /// <summary>Goes from where the focus is to what has that name, by the Tab key.</summary>
    private static async Task Tab(IPage page, string name)
    {
        const string focused = "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText)";
        for (var presses = 0; presses < 60; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if ((await page.EvaluateAsync<string>(focused)).Contains(name, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"'{name}' is not reached by the Tab key.");
    }
}
