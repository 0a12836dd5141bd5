using System.Net;
using System.Net.Http.Json;
using System.Text;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Cart;

/// <summary>What is in a cart: adding, setting, removing, limits, ETags.</summary>
public sealed class ItemTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cart_that_nobody_filled_is_empty()
    {
        var cart = await shop.Guest().Cart();

        Assert.Equal("""{"items":[],"total":0.00,"currency":"EUR","version":0}""", cart.GetRawText());
    }

    [Fact]
    public async Task Adding_twice_adds_up_at_the_price_of_today()
    {
        var (guest, product) = (shop.Guest(), await shop.Replica(price: 1250, stock: 7, name: "Café à la crème ☕"));
        await guest.Add(product, 2).Ok();
        await shop.Sql("UPDATE products SET price = 999, version = version + 1 WHERE id = $1", product);

        var cart = await guest.Add(product, 3).Ok();

        var item = Assert.Single(cart.GetProperty("items").EnumerateArray());
        Assert.Equal("Café à la crème ☕", item.GetProperty("name").GetString());
        Assert.Equal((9.99m, 5, 49.95m, 7), (item.GetProperty("unitPrice").GetDecimal(), item.GetProperty("quantity").GetInt32(), item.GetProperty("lineTotal").GetDecimal(), item.GetProperty("available").GetInt32()));
        Assert.Equal(49.95m, cart.GetProperty("total").GetDecimal());
    }

    [Fact]
    public async Task Adding_at_once_loses_nothing()
    {
        var (id, product) = (Guid.NewGuid(), await shop.Replica());

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => shop.Guest(id).Add(product).Ok()));

        Assert.Equal([(product, 40)], await shop.Guest(id).Lines());
    }

    [Fact]
    public async Task A_line_holds_at_most_999_and_a_refused_one_stays_as_it_was()
    {
        var (guest, product) = (shop.Guest(), await shop.Replica());
        await guest.Add(product, 999).Ok();

        var problem = await guest.Add(product, 1).Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty("quantity", out _));
        Assert.Equal([(product, 999)], await guest.Lines());
        Assert.Equal(1, (await guest.Cart()).GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task A_cart_holds_at_most_100_products_and_more_of_one_that_is_there()
    {
        var (id, first) = (Guid.NewGuid(), await shop.Replica());
        var guest = shop.Guest(id);
        await guest.Add(first).Ok();
        await shop.Sql("INSERT INTO cart_lines SELECT $1, md5($2 || n)::uuid, 1, now() FROM generate_series(1, 99) AS n", id, id.ToString());

        await guest.Add(await shop.Replica()).Is(400, "validation");
        await guest.Send(HttpMethod.Put, $"/api/cart/{await shop.Replica()}", new { quantity = 1 }).Is(400, "validation");
        await guest.Add(first).Ok();
    }

    [Fact]
    public async Task An_unknown_product_is_404_and_leaves_no_cart_behind()
    {
        var id = Guid.NewGuid();

        await shop.Guest(id).Add(Guid.CreateVersion7()).Is(404, "not-found");
        await shop.Guest(id).Send(HttpMethod.Put, $"/api/cart/{Guid.CreateVersion7()}", new { quantity = 1 }).Is(404, "not-found");

        Assert.Equal(0, await shop.Value<long>("SELECT count(*) FROM carts WHERE id = $1", id));
    }

    [Fact]
    public async Task More_than_is_available_is_taken()
    {
        var cart = await shop.Guest().Add(await shop.Replica(stock: 1), 5).Ok();

        Assert.Equal(1, cart.GetProperty("items")[0].GetProperty("available").GetInt32());
    }

    [Fact]
    public async Task A_deleted_product_shows_none_available_can_be_removed_and_not_be_added()
    {
        var (guest, product) = (shop.Guest(), await shop.Replica());
        await guest.Add(product, 2).Ok();
        await shop.Sql("UPDATE products SET deleted_at = now(), version = version + 1 WHERE id = $1", product);

        Assert.Equal(0, (await guest.Cart()).GetProperty("items")[0].GetProperty("available").GetInt32());
        await guest.Add(product).Is(404, "not-found");
        await guest.Send(HttpMethod.Put, $"/api/cart/{product}", new { quantity = 1 }).Ok();
        await guest.Send(HttpMethod.Delete, $"/api/cart/{product}").Ok();
        Assert.Empty(await guest.Lines());
    }

    [Fact]
    public async Task Quantities_are_set_to_zero_removes_and_delete_empties()
    {
        var (guest, one, two) = (shop.Guest(), await shop.Replica(), await shop.Replica());
        await guest.Add(one, 5).Ok();
        await guest.Send(HttpMethod.Put, $"/api/cart/{one}", new { quantity = 3 }).Ok();
        await guest.Send(HttpMethod.Put, $"/api/cart/{two}", new { quantity = 4 }).Ok();
        Assert.Equal([(one, 3), (two, 4)], await guest.Lines());

        await guest.Send(HttpMethod.Put, $"/api/cart/{one}", new { quantity = 0 }).Ok();
        Assert.Equal([(two, 4)], await guest.Lines());

        await guest.Send(HttpMethod.Delete, $"/api/cart/{one}").Ok();
        Assert.Equal(HttpStatusCode.NoContent, (await guest.Send(HttpMethod.Delete, "/api/cart")).StatusCode);
        Assert.Empty(await guest.Lines());
    }

    [Fact]
    public async Task The_ETag_sees_edits_and_prices_and_guards_changes()
    {
        var (guest, product) = (shop.Guest(), await shop.Replica());
        var first = (await guest.Add(product)).Headers.ETag!.ToString();
        Assert.Equal(HttpStatusCode.NotModified, (await guest.Send(HttpMethod.Get, "/api/cart", null, ("If-None-Match", first))).StatusCode);

        await shop.Sql("UPDATE products SET price = 1, version = version + 1 WHERE id = $1", product);
        Assert.Equal(HttpStatusCode.OK, (await guest.Send(HttpMethod.Get, "/api/cart", null, ("If-None-Match", first))).StatusCode);

        // A price is no edit of the cart, so the old tag still allows one.
        await guest.Send(HttpMethod.Put, $"/api/cart/{product}", new { quantity = 2 }, ("If-Match", first)).Ok();
        await guest.Send(HttpMethod.Put, $"/api/cart/{product}", new { quantity = 3 }, ("If-Match", first)).Is(412, "version-mismatch");
        await guest.Send(HttpMethod.Delete, $"/api/cart/{product}", null, ("If-Match", first)).Is(412, "version-mismatch");
        await guest.Send(HttpMethod.Delete, "/api/cart", null, ("If-Match", "nonsense")).Is(412, "version-mismatch");
        Assert.Equal([(product, 2)], await guest.Lines());
        await guest.Send(HttpMethod.Delete, $"/api/cart/{product}", null, ("If-Match", "*")).Ok();
    }

    [Theory]
    [InlineData("""{"productId":"01900000-0000-7000-8000-000000000001","quantity":0}""", "quantity")]
    [InlineData("""{"productId":"01900000-0000-7000-8000-000000000001","quantity":-1}""", "quantity")]
    [InlineData("""{"productId":"01900000-0000-7000-8000-000000000001","quantity":1000}""", "quantity")]
    [InlineData("""{"productId":"01900000-0000-7000-8000-000000000001","quantity":99999999999}""", "quantity")]
    [InlineData("""{"productId":"01900000-0000-7000-8000-000000000001","quantity":1.5}""", "quantity")]
    [InlineData("""{"productId":"01900000-0000-7000-8000-000000000001","quantity":"1"}""", "quantity")]
    [InlineData("""{"productId":"01900000-0000-7000-8000-000000000001"}""", "quantity")]
    [InlineData("""{"productId":"7","quantity":1}""", "productId")]
    [InlineData("""{"productId":null,"quantity":1}""", "productId")]
    [InlineData("""{"quantity":1}""", "productId")]
    public async Task Bad_bodies_are_400_and_name_the_member(string body, string member)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        var problem = await shop.Guest().PostAsync("/api/cart", content, Stop).Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _), problem.GetRawText());
    }

    [Fact]
    public async Task Neither_token_nor_cart_id_is_401_and_a_path_that_is_no_id_400()
    {
        using var answer = await shop.Client("cart").GetAsync("/api/cart", Stop);
        Assert.NotEmpty(answer.Headers.WwwAuthenticate);
        await shop.Client("cart").GetAsync("/api/cart", Stop).Is(401, "unauthorized");
        await shop.Client("cart").PostAsJsonAsync("/api/cart", new { productId = Guid.NewGuid(), quantity = 1 }, Stop).Is(401, "unauthorized");
        await shop.Guest().DeleteAsync("/api/cart/no-id", Stop).Is(400, "validation");
    }

    [Theory]
    [InlineData("01900000-0000-7000-8000-000000000001")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("7f3b1c9e52d44c0e9a650d1f6f1f2a3b")]
    [InlineData("7f3b1c9e-52d4-4c0e-0a65-0d1f6f1f2a3b")]
    [InlineData("guest")]
    public async Task A_cart_id_that_is_no_UUID_of_version_4_is_400(string id)
    {
        var client = shop.Client("cart");
        client.DefaultRequestHeaders.TryAddWithoutValidation(Carts.Header, id);

        await client.GetAsync("/api/cart", Stop).Is(400, "validation");
    }

    [Fact]
    public async Task One_key_adds_once_and_another_body_under_it_is_refused()
    {
        var (guest, product, key) = (shop.Guest(), await shop.Replica(), Guid.NewGuid().ToString());
        var first = await guest.Add(product, 2, key).Ok();

        using var again = await guest.Add(product, 2, key);

        Assert.Equal(["true"], again.Headers.GetValues("Idempotency-Replayed"));
        Assert.Equal(first.GetRawText(), (await again.Body()).GetRawText());
        await guest.Add(product, 3, key).Is(422, "key-reused");
        Assert.Equal([(product, 2)], await guest.Lines());
        await shop.Guest().Add(product, 3, key).Ok(); // Another guest's key is another key.
    }
}
