using System.Net;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>What a payment looks like, to whom, and in lists.</summary>
public sealed class ReadPaymentTests(Shop shop)
{
    [Fact]
    public async Task The_ETag_changes_with_the_payment_and_not_by_reading()
    {
        var order = await shop.Order();
        using var first = await order.Get();
        using var second = await order.Get();
        var tag = first.Headers.ETag!.ToString();
        Assert.Equal(tag, second.Headers.ETag!.ToString());

        using (var same = await order.Client.Send(HttpMethod.Get, $"/api/payment/{order.Id}", null, ("If-None-Match", tag)))
        {
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
            Assert.Equal(tag, same.Headers.ETag!.ToString());
        }

        await order.Pay().Ok();
        await order.Client.Send(HttpMethod.Get, $"/api/payment/{order.Id}", null, ("If-None-Match", tag)).Ok();
    }

    [Fact]
    public async Task An_unpaid_order_says_until_when_it_can_be_paid()
    {
        var payment = await (await shop.Order()).Get().Ok();

        var reserved = payment.GetProperty("history").EnumerateArray().Last().GetProperty("at").GetDateTimeOffset();
        Assert.Equal(reserved.AddMinutes(15), payment.GetProperty("expiresAt").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.EndsWith("Z", payment.Text("expiresAt"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paid_order_learns_of_its_invoice()
    {
        var order = await shop.Order();
        await order.Pay().Ok();

        await Eventually.Get(() => order.Get().Ok(), payment => payment.GetProperty("invoiceId").ValueKind == System.Text.Json.JsonValueKind.String);
    }

    [Fact]
    public async Task An_order_that_nobody_placed_is_404_and_a_path_that_is_no_id_400()
    {
        var buyer = (await shop.Customer()).Client;

        await buyer.Send(HttpMethod.Get, $"/api/payment/{Guid.CreateVersion7()}").Is(404, "not-found");
        var problem = await buyer.Send(HttpMethod.Get, "/api/payment/no-id").Is(400, "validation");
        Assert.True(problem.GetProperty("errors").TryGetProperty("orderId", out _), problem.GetRawText());
        await shop.Client().Send(HttpMethod.Get, $"/api/payment/{Guid.CreateVersion7()}").Is(401, "unauthorized");
    }

    [Fact]
    public async Task Lists_hold_ones_own_payments_newest_first_and_can_be_narrowed()
    {
        var order = await shop.Order();
        await order.Pay().Ok();
        var canceled = await Another(order);
        await canceled.Cancel().Ok();

        var all = await order.Client.Send(HttpMethod.Get, "/api/payment?page=1&pageSize=100").Ok();
        Assert.Equal([canceled.Id, order.Id], Ids(all));
        Assert.Equal((1, 100, 2), (all.GetProperty("page").GetInt32(), all.GetProperty("pageSize").GetInt32(), all.GetProperty("total").GetInt32()));
        Assert.Equal((await order.Get().Ok()).Text("status"), all.GetProperty("items")[1].Text("status"));
        Assert.Equal([order.Id], Ids(await order.Client.Send(HttpMethod.Get, "/api/payment?page=2&pageSize=1").Ok()));
        Assert.Equal([canceled.Id], Ids(await order.Client.Send(HttpMethod.Get, "/api/payment?status=canceled").Ok()));
        Assert.Empty(Ids(await order.Client.Send(HttpMethod.Get, "/api/payment?page=3&pageSize=1").Ok()));
        Assert.Empty(Ids(await (await shop.Customer()).Client.Send(HttpMethod.Get, "/api/payment").Ok()));
    }

    [Fact]
    public async Task Everybodys_payments_are_for_admins()
    {
        var (order, admin) = (await shop.Order(), await shop.Admin());

        await order.Client.Send(HttpMethod.Get, "/api/payment?all=true").Is(403, "forbidden");
        Assert.Contains(order.Id, Ids(await admin.Send(HttpMethod.Get, "/api/payment?all=true&pageSize=100").Ok()));
        Assert.DoesNotContain(order.Id, Ids(await admin.Send(HttpMethod.Get, "/api/payment?pageSize=100").Ok()));
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page=x", "page")]
    [InlineData("page=99999999999", "page")]
    [InlineData("pageSize=0", "pageSize")]
    [InlineData("pageSize=101", "pageSize")]
    [InlineData("status=paid", "status")]
    [InlineData("status=Succeeded", "status")]
    [InlineData("all=maybe", "all")]
    public async Task Lists_refuse_what_they_do_not_know(string query, string member)
    {
        var problem = await (await shop.Customer()).Client.Send(HttpMethod.Get, $"/api/payment?{query}").Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _), problem.GetRawText());
    }

    private static async Task<Placed> Another(Placed order)
    {
        await EShop.Tests.Cart.Carts.Add(order.Client, order.Product).Ok();
        var another = order with { Id = (await EShop.Tests.Cart.Carts.CheckOut(order.Client).Ok(202)).GetProperty("orderId").GetGuid() };
        await another.Becomes("awaiting_payment");
        return another;
    }

    private static Guid[] Ids(System.Text.Json.JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("orderId").GetGuid())];
}
