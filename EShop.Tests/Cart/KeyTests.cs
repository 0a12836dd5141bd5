using System.Net;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Cart;

/// <summary>One idempotency key, one effect, one answer.</summary>
public sealed class KeyTests(Shop shop)
{
    [Fact]
    public async Task Fifty_at_once_under_one_key_add_once()
    {
        var (id, product, key) = (Guid.NewGuid(), await shop.Replica(), Guid.NewGuid().ToString());

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => shop.Guest(id).Add(product, 2, key)));

        Assert.Equal([(product, 2)], await shop.Guest(id).Lines());
        var answered = answers.Where(answer => answer.StatusCode == HttpStatusCode.OK).ToArray();
        Assert.Single(answered, answer => !answer.Headers.Contains("Idempotency-Replayed"));
        foreach (var refused in answers.Except(answered))
        {
            Assert.NotNull(refused.Headers.RetryAfter);
            await Task.FromResult(refused).Is(409, "request-in-flight");
        }
    }

    [Fact]
    public async Task A_route_is_the_same_with_capitals_and_a_slash_at_the_end()
    {
        var (guest, product, key) = (shop.Guest(Guid.NewGuid()), await shop.Replica(), Guid.NewGuid().ToString());

        foreach (var path in new[] { "/api/cart", "/api/cart/", "/api/CART" })
            await guest.Send(HttpMethod.Post, path, new { productId = product, quantity = 2 }, ("Idempotency-Key", key)).Ok();

        Assert.Equal([(product, 2)], await guest.Lines());
    }

    [Fact]
    public async Task A_checkout_is_repeated_with_its_status_its_body_and_its_location()
    {
        var (customer, product, key) = (await shop.Customer(), await shop.Replica(), Guid.NewGuid().ToString());
        await customer.Client.Add(product).Ok();
        using var first = await customer.Client.CheckOut(key: key);
        await customer.Client.Add(product).Ok();

        using var again = await customer.Client.CheckOut(key: key);

        Assert.Equal((HttpStatusCode.Accepted, first.Headers.Location), (again.StatusCode, again.Headers.Location));
        Assert.Equal(await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal([(product, 1)], await customer.Client.Lines());
        await customer.Client.CheckOut(new { locale = "es" }, key).Is(422, "key-reused");
    }

    [Fact]
    public async Task A_final_refusal_stays_under_its_key_though_the_cart_is_filled_meanwhile()
    {
        var (customer, product, key) = (await shop.Customer(), await shop.Replica(), Guid.NewGuid().ToString());
        await customer.Client.CheckOut(key: key).Is(409, "cart-empty");
        await customer.Client.Add(product).Ok();

        await customer.Client.CheckOut(key: key).Is(409, "cart-empty");

        await customer.Client.CheckOut(key: Guid.NewGuid().ToString()).Ok(202);
    }

    [Fact]
    public async Task A_404_leaves_the_key_free()
    {
        var (guest, product, key) = (shop.Guest(), Guid.CreateVersion7(), Guid.NewGuid().ToString());
        await guest.Add(product, 1, key).Is(404, "not-found");
        await shop.Sql("INSERT INTO products (id, name, price, tax_rate, stock, reserved, version, stock_version) VALUES ($1, 'Tetera', 100, 21, 1, 0, 1, 1)", product);

        await guest.Add(product, 1, key).Ok();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public async Task A_key_is_of_visible_ASCII(string key) => await shop.Guest().Add(await shop.Replica(), 1, key).Is(400, "validation");

    [Fact]
    public async Task A_key_has_at_most_255_characters()
    {
        await shop.Guest().Add(await shop.Replica(), 1, new string('k', 256)).Is(400, "validation");
        await shop.Guest().Add(await shop.Replica(), 1, new string('k', 255)).Ok();
    }

    [Fact]
    public async Task On_calls_that_take_none_the_key_is_ignored()
    {
        var (guest, product, key) = (shop.Guest(), await shop.Replica(), Guid.NewGuid().ToString());
        await guest.Send(HttpMethod.Put, $"/api/cart/{product}", new { quantity = 2 }, ("Idempotency-Key", key)).Ok();
        await guest.Send(HttpMethod.Put, $"/api/cart/{product}", new { quantity = 3 }, ("Idempotency-Key", key)).Ok();

        Assert.Equal([(product, 3)], await guest.Lines());
    }
}
