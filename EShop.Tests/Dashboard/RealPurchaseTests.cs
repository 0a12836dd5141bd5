using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using EShop.Local.Hosting;
using EShop.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>The shop as <c>./eshop up</c> starts it, with its dashboard, after one purchase: every page, with what the services themselves have sent.</summary>
public sealed class RealPurchaseTests : IAsyncLifetime
{
    private const string Password = "the-admin-of-this-shop-1";

    private readonly string _data = Path.Combine(Path.GetTempPath(), $"eshop-test-{Guid.NewGuid():N}");
    private DistributedApplication _shop = null!;
    private DashboardBrowser _browser = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var test = new BuilderInterception(options => (options.AssemblyName, options.Args) =
            (typeof(Projects.EShop_AppHost).Assembly.GetName().Name, ["--Local:RandomizePorts=true", $"--Local:DataFolder={_data}", $"--Parameters:admin-password={Password}"]));
        var main = typeof(Projects.EShop_AppHost).Assembly.EntryPoint!;
        var builder = await test.Run(() => main.Invoke(null, [Array.Empty<string>()]));
        builder.CreateResourceBuilder(builder.Resources.OfType<ProjectResource>().Single(project => project.Name == "users"))
            .WithEnvironment("Passwords__Niceness", "0").WithEnvironment("Passwords__Cost", "10");
        _shop = await test.Build();
        await _shop.StartAsync(Stop);
        foreach (var name in Shop.Services.Append(LocalDashboard.Name))
            await _shop.ResourceNotifications.WaitForResourceHealthyAsync(name, Stop);
        _browser = await DashboardBrowser.StartAsync(new Uri(_shop.Services.GetRequiredService<DashboardLink>().Url()));
    }

    [Fact]
    public Task A_purchase_reads_as_one_picture_on_every_page_and_a_service_is_restarted_by_its_button() => Reads((360, ColorScheme.Dark));

    [Fact(Explicit = true)]
    public Task A_purchase_reads_as_one_picture_in_the_other_sizes_and_colours_as_well() => Reads((1440, ColorScheme.Dark), (1440, ColorScheme.Light), (360, ColorScheme.Light));

    private async Task Reads(params (int Width, ColorScheme Scheme)[] views)
    {
        await Buy();

        // The picture: the checkout, what each service made of its events, the card, the invoice.
        var page = await _browser.Open("/traces");
        await page.GetByRole(AriaRole.Link, new() { Name = "web: POST /api/cart/checkout" }).First.ClickAsync();
        foreach (var service in (string[])["web", "cart", "products", "payment", "bill"])
            await Assertions.Expect(page.Locator($".waterfall li:has-text('{service}')").First).ToBeVisibleAsync(new() { Timeout = 20_000 });
        var trace = new Uri(page.Url).AbsolutePath;
        await page.GetByRole(AriaRole.Link, new() { Name = "Logs of this trace" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Structured logs" })).ToBeVisibleAsync();
        await page.Context.CloseAsync();

        foreach (var (width, scheme) in views)
            await EveryPage(trace, width, scheme);

        var before = Pid("cart");
        page = await _browser.Open("/resources/cart");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restart cart" }).ClickAsync();
        await Eventually.True(() => Pid("cart") is { } now && now != before);
        await Assertions.Expect(page.GetByText("Healthy").First).ToBeVisibleAsync(new() { Timeout = 20_000 });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        await _shop.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task EveryPage(string trace, int width, ColorScheme scheme)
    {
        var page = await _browser.Open("/", width, scheme);
        foreach (var path in (string[])["/", "/resources/payment", "/console/payment", "/logs", "/traces", trace, "/metrics?resource=payment", "/metrics?resource=products&meter=EShop.Messaging&name=eshop.events.lag"])
        {
            await page.GotoAsync(path);
            await DashboardBrowser.Alive(page);
            await Assertions.Expect(page.GetByText("Nothing of it is kept")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
            await DashboardBrowser.IsForEverybody(page, $"real-{path.Split('?')[0].Trim('/').Split('/')[0]}-{path.Length}-{width}-{scheme}");
        }

        await page.Context.CloseAsync();
    }

    private async Task Buy()
    {
        using var client = new HttpClient { BaseAddress = Address("web") };
        var admin = await LogIn(client, "/api/users/login", new { email = "admin@eshop.test", password = Password });
        var buyer = await LogIn(client, "/api/users/register", new { name = "Zoë Ångström", email = "zoe@eshop.test", password = "a-password-for-tests" });
        client.DefaultRequestHeaders.Authorization = new("Bearer", admin);
        var made = await client.PostAsJsonAsync("/api/products", new { name = "Taza de té", price = 12.50m, stock = 5 }, Stop).Ok(201);
        client.DefaultRequestHeaders.Authorization = new("Bearer", buyer);
        var purchase = await new Shopper(new Customer(client, Guid.Empty, "", "", "")).Buy(made.GetProperty("id").GetGuid());
        Assert.Equal("succeeded", purchase.Status);
        await Eventually.Get(() => client.GetFromJsonAsync<JsonElement>($"/api/bill?orderId={purchase.OrderId}", Stop), bills => bills.GetProperty("total").GetInt32() == 1);
    }

    private static async Task<string> LogIn(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body, Stop);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("token").GetString()!;
    }

    private Uri Address(string name) => Aspire.Hosting.Testing.DistributedApplicationHostingTestingExtensions.GetEndpoint(_shop, name);

    private int? Pid(string name) => _shop.ResourceNotifications.TryGetCurrentState(name, out var now)
        ? now.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value as int?
        : null;
}
