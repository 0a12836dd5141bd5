using EShop.Tests.Support;
using Google.Protobuf;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>One dashboard that knows a shop and its purchase, and one browser, for all tests of the pages.</summary>
public sealed class PagesWorld : IAsyncLifetime
{
    public DashboardProcess Dashboard { get; private set; } = null!;

    public DashboardBrowser Browser { get; private set; } = null!;

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

        Browser = await DashboardBrowser.StartAsync(new Uri(Dashboard.Address, $"login?t={DashboardProcess.Token}"));
        await Eventually.True(async () => (await Dashboard.Page("/")).Contains("cartdb", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        await Dashboard.DisposeAsync();
        await Host.DisposeAsync();
    }
}
