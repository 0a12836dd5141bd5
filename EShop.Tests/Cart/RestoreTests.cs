using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Cart;

/// <summary>What was ordered once is put into the cart again.</summary>
public sealed class RestoreTests(Shop shop)
{
    [Fact]
    public async Task The_lines_of_an_order_are_back_in_their_order_and_a_repeat_changes_nothing()
    {
        var (customer, one, two) = (await shop.Customer(), await shop.Replica(), await shop.Replica());
        await customer.Client.Add(two, 2).Ok();
        await customer.Client.Add(one, 3).Ok();
        var order = await OrderOf(customer);
        Assert.Empty(await customer.Client.Lines());

        var first = await Restore(customer, order).Ok();
        Assert.Equal([(two, 2), (one, 3)], await customer.Client.Lines());
        Assert.Equal(first.GetRawText(), (await Restore(customer, order).Ok()).GetRawText());
    }

    [Fact]
    public async Task Of_what_is_in_the_cart_already_the_larger_quantity_counts()
    {
        var (customer, one, two, three) = (await shop.Customer(), await shop.Replica(), await shop.Replica(), await shop.Replica());
        await customer.Client.Add(one, 2).Ok();
        await customer.Client.Add(two, 5).Ok();
        var order = await OrderOf(customer);
        await customer.Client.Add(three, 1).Ok();
        await customer.Client.Add(two, 1).Ok();
        await customer.Client.Add(one, 7).Ok();

        await Restore(customer, order).Ok();

        Assert.Equal([(three, 1), (two, 5), (one, 7)], await customer.Client.Lines());
    }

    [Fact]
    public async Task What_is_no_longer_for_sale_is_left_out()
    {
        var (customer, gone, here) = (await shop.Customer(), await shop.Replica(), await shop.Replica());
        await customer.Client.Add(gone, 1).Ok();
        var onlyGone = await OrderOf(customer);
        await customer.Client.Add(gone, 1).Ok();
        await customer.Client.Add(here, 1).Ok();
        var both = await OrderOf(customer);
        await shop.Sql("UPDATE products SET deleted_at = now() WHERE id = $1", gone);

        Assert.Empty((await Restore(customer, onlyGone).Ok()).GetProperty("items").EnumerateArray());
        await Restore(customer, both).Ok();
        Assert.Equal([(here, 1)], await customer.Client.Lines());
    }

    [Fact]
    public async Task Another_s_order_one_that_is_none_and_a_cart_that_would_be_too_full_are_refused()
    {
        var (customer, other, product) = (await shop.Customer(), await shop.Customer(), await shop.Replica());
        await customer.Client.Add(product, 1).Ok();
        var order = await OrderOf(customer);

        await Restore(other, order).Is(404, "not-found");
        await Restore(customer, Guid.CreateVersion7()).Is(404, "not-found");
        await customer.Client.Send(HttpMethod.Post, "/api/cart/restore", new { orderId = "x" }).Is(400, "validation");
        await customer.Client.Send(HttpMethod.Post, "/api/cart/restore", new { }).Is(400, "validation");
        await shop.Guest().Send(HttpMethod.Post, "/api/cart/restore", new { orderId = order }).Is(401, "unauthorized");

        await customer.Client.Add(await shop.Replica(), 1).Ok();
        await shop.Sql("INSERT INTO cart_lines SELECT $1, md5($2 || n)::uuid, 1, now() FROM generate_series(1, 99) AS n", customer.Id, customer.Id.ToString());
        await Restore(customer, order).Is(400, "validation");
        Assert.Equal(100L, await shop.Value<long>("SELECT count(*) FROM cart_lines WHERE cart_id = $1", customer.Id));
    }

    private static Task<HttpResponseMessage> Restore(Customer customer, Guid orderId) => customer.Client.Send(HttpMethod.Post, "/api/cart/restore", new { orderId });

    private static async Task<Guid> OrderOf(Customer customer)
    {
        using var answer = await customer.Client.CheckOut();
        return (await answer.Body()).GetProperty("orderId").GetGuid();
    }
}
