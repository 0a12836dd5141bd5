using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Cart;

/// <summary>A guest's cart meets the user's.</summary>
public sealed class MergeTests(Shop shop)
{
    [Fact]
    public async Task Quantities_add_up_within_the_limit_and_the_guests_cart_is_empty()
    {
        var (customer, id, both, own) = (await shop.Customer(), Guid.NewGuid(), await shop.Replica(), await shop.Replica());
        await customer.Client.Add(both, 600).Ok();
        await shop.Guest(id).Add(both, 500).Ok();
        await shop.Guest(id).Add(own, 2).Ok();

        await customer.Client.Send(HttpMethod.Get, "/api/cart", null, (Carts.Header, id.ToString())).Ok();

        Assert.Equal([(both, 999), (own, 2)], await customer.Client.Lines());
        Assert.Empty(await shop.Guest(id).Lines());
    }

    [Fact]
    public async Task Merging_at_once_takes_effect_once()
    {
        var (customer, id, product) = (await shop.Customer(), Guid.NewGuid(), await shop.Replica());
        await shop.Guest(id).Add(product, 3).Ok();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => customer.Client.Send(HttpMethod.Get, "/api/cart", null, (Carts.Header, id.ToString())).Ok()));

        Assert.Equal([(product, 3)], await customer.Client.Lines());
        await customer.Client.Send(HttpMethod.Get, "/api/cart", null, (Carts.Header, id.ToString())).Ok();
        Assert.Equal([(product, 3)], await customer.Client.Lines());
    }

    [Fact]
    public async Task Two_users_with_one_guests_cart_share_nothing_and_double_nothing()
    {
        var (one, two, id, product) = (await shop.Customer(), await shop.Customer(), Guid.NewGuid(), await shop.Replica());
        await shop.Guest(id).Add(product, 3).Ok();

        await Task.WhenAll(new[] { one, two }.Select(user => user.Client.Send(HttpMethod.Get, "/api/cart", null, (Carts.Header, id.ToString())).Ok()));

        var lines = (await one.Client.Lines()).Concat(await two.Client.Lines());
        Assert.Equal([(product, 3)], lines);
    }

    [Fact]
    public async Task The_merged_cart_keeps_to_100_products_the_users_own_first()
    {
        var (customer, id, own) = (await shop.Customer(), Guid.NewGuid(), await shop.Replica());
        await customer.Client.Add(own).Ok();
        await shop.Guest(id).Add(await shop.Replica()).Ok();
        await shop.Sql("INSERT INTO cart_lines SELECT $1, md5($2 || n)::uuid, 1, now() FROM generate_series(1, 99) AS n", id, id.ToString());

        await customer.Client.Send(HttpMethod.Get, "/api/cart", null, (Carts.Header, id.ToString())).Ok();

        Assert.Equal(100, await shop.Value<long>("SELECT count(*) FROM cart_lines WHERE cart_id = $1", customer.Id));
        Assert.Equal(1, await shop.Value<long>("SELECT count(*) FROM cart_lines WHERE cart_id = $1 AND product_id = $2", customer.Id, own));
    }

    [Fact]
    public async Task A_checkout_that_bears_the_guests_id_orders_what_the_guest_chose()
    {
        var (customer, id, product) = (await shop.Customer(), Guid.NewGuid(), await shop.Replica(price: 1000));
        await shop.Guest(id).Add(product, 2).Ok();

        var order = await customer.Client.Send(HttpMethod.Post, "/api/cart/checkout", new { }, (Carts.Header, id.ToString()), ("Idempotency-Key", id.ToString())).Ok(202);

        Assert.Equal(20.00m, order.GetProperty("total").GetDecimal());
        Assert.Empty(await shop.Guest(id).Lines());
    }
}
