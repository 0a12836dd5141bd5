using System.Net;
using System.Text.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>What a person has to look at, for an admin who has just logged in.</summary>
public sealed class AttentionTests(Shop shop)
{
    private const string Path = "/api/ops/payment/attention";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dispute_is_shown_with_how_it_stands_until_somebody_has_dealt_with_it()
    {
        var (order, admin) = (await shop.Order(), await shop.FreshAdmin());
        await order.Pay().Ok();

        var dispute = (await shop.Bank("disputes", new { paymentIntent = await shop.IntentOf(order) })).Text("id")!;

        var shown = await Eventually.Get(() => Of(order, admin), found => found.ValueKind == JsonValueKind.Object);
        Assert.Equal(("dispute", dispute, 12.50m, "EUR", "fraudulent: needs_response"), (shown.Text("kind"), shown.Text("reference"), shown.GetProperty("amount").GetDecimal(), shown.Text("currency"), shown.Text("detail")));
        Assert.Equal("succeeded", (await order.Get().Ok()).Text("status"));

        await shop.Bank($"disputes/{dispute}", new { status = "lost" });
        shown = await Eventually.Get(() => Of(order, admin), found => found.Text("detail") == "fraudulent: lost");

        var one = $"{Path}/{shown.Text("id")}";
        for (var again = 0; again < 2; again++)
        {
            using var dismissed = await admin.Send(HttpMethod.Delete, one);
            Assert.Equal(HttpStatusCode.NoContent, dismissed.StatusCode);
        }

        Assert.Equal(JsonValueKind.Undefined, (await Of(order, admin)).ValueKind);
        Assert.Single(await shop.Concerns(order));
        await admin.Send(HttpMethod.Delete, $"{Path}/{Guid.CreateVersion7()}").Is(404, "not-found");
        await admin.Send(HttpMethod.Delete, $"{Path}/none").Is(400, "validation");
    }

    [Fact]
    public async Task It_is_for_admins_alone_and_for_those_who_came_lately()
    {
        await shop.Client().Send(HttpMethod.Get, Path).Is(401, "unauthorized");
        await (await shop.Customer()).Client.Send(HttpMethod.Get, Path).Is(403, "forbidden");
        await (await shop.FreshAdmin()).Send(HttpMethod.Get, $"{Path}?pageSize=101").Is(400, "validation");
        await (await shop.FreshAdmin()).Send(HttpMethod.Get, Path).Ok();
    }

    private static async Task<JsonElement> Of(Placed order, HttpClient admin) =>
        (await admin.Send(HttpMethod.Get, $"{Path}?pageSize=100").Ok()).GetProperty("items").EnumerateArray().FirstOrDefault(item => item.GetProperty("orderId").GetGuid() == order.Id);
}
