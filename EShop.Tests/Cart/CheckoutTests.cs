using System.Net;
using System.Text.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Cart;

/// <summary>A cart becomes an order, once, or stays as it is.</summary>
public sealed class CheckoutTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_checkout_makes_one_order_tells_it_whole_and_empties_the_cart()
    {
        var (customer, one, two) = (await shop.Customer(), await shop.Replica(price: 1250, name: "Piñata «Año nuevo» 🎉"), await shop.Replica(price: 99));
        await customer.Client.Add(one, 2).Ok();
        await customer.Client.Add(two, 1).Ok();

        using var answer = await customer.Client.CheckOut(new
        {
            billing = new { name = "  Ñandú & Söhne GmbH ", taxId = "B-1", line1 = "Straße 1", city = "Łódź", postalCode = "90-001", country = "pl" },
            locale = "es",
            expectedTotal = 25.99,
        });

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var order = await answer.Body();
        var id = order.GetProperty("orderId").GetGuid();
        Assert.Equal(7, id.Version);
        Assert.Equal($"/api/payment/{id}", answer.Headers.Location!.ToString());
        Assert.Equal(("awaiting_stock", 25.99m, "EUR"), (order.GetProperty("status").GetString(), order.GetProperty("total").GetDecimal(), order.GetProperty("currency").GetString()));
        Assert.Empty(await customer.Client.Lines());

        var told = JsonDocument.Parse(await shop.Value<string>("SELECT data FROM outbox WHERE type = 'cart.checked_out' AND subject = $1", id.ToString())).RootElement.GetProperty("order");
        Assert.Equal(customer.Id, told.GetProperty("userId").GetGuid());
        Assert.Equal(customer.Email, told.GetProperty("buyer").GetProperty("email").GetString());
        Assert.Equal("Zoë Ångström", told.GetProperty("buyer").GetProperty("name").GetString());
        Assert.Equal(("Ñandú & Söhne GmbH", "Łódź", "PL"), (Text(told, "billing", "name"), Text(told, "billing", "city"), Text(told, "billing", "country")));
        Assert.Equal(("es", "EUR", 2599), (told.GetProperty("locale").GetString(), told.GetProperty("currency").GetString(), told.GetProperty("total").GetInt64()));
        var line = told.GetProperty("lines")[0];
        Assert.Equal((one, "Piñata «Año nuevo» 🎉", 2, 1250, 21m), (line.GetProperty("productId").GetGuid(), line.GetProperty("name").GetString(), line.GetProperty("quantity").GetInt32(), line.GetProperty("unitPrice").GetInt64(), line.GetProperty("taxRate").GetDecimal()));
    }

    [Fact]
    public async Task Refused_checkouts_say_why_and_leave_the_cart_as_it_is()
    {
        var (customer, cheap) = (await shop.Customer(), await shop.Replica(price: 49));
        await customer.Client.CheckOut().Is(409, "cart-empty");
        await customer.Client.Add(cheap).Ok();
        var before = (await customer.Client.Cart()).GetRawText();

        var changed = await customer.Client.CheckOut(new { expectedTotal = 0.48 }, Guid.NewGuid().ToString()).Is(409, "price-changed");
        await customer.Client.CheckOut(new { expectedTotal = 0.49 }).Is(409, "amount-out-of-range");
        await customer.Client.CheckOut(new { expectedTotal = 0.495 }).Is(400, "validation");

        Assert.Equal(0.49m, changed.GetProperty("total").GetDecimal());
        Assert.Equal(before, (await customer.Client.Cart()).GetRawText());
        Assert.Equal(0, await shop.Value<long>("SELECT count(*) FROM orders WHERE user_id = $1", customer.Id));
    }

    [Theory]
    [InlineData(50, 1, 202)]
    [InlineData(99_999_999, 1, 202)]
    [InlineData(10_000_000, 10, 409)]
    public async Task Both_ends_of_the_range_of_amounts_belong_to_it(long price, int quantity, int status)
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica(price));
        await customer.Client.Add(product, quantity).Ok();

        Assert.Equal(status, (int)(await customer.Client.CheckOut()).StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("same")]
    [InlineData("other")]
    public async Task Checkouts_at_once_make_one_order(string? keys)
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica());
        await customer.Client.Add(product, 2).Ok();
        var same = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => customer.Client.CheckOut(key: keys switch { null => null, "same" => same, _ => Guid.NewGuid().ToString() })));

        Assert.Equal(1, await shop.Value<long>("SELECT count(*) FROM orders WHERE user_id = $1", customer.Id));
        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Accepted, HttpStatusCode.Conflict }));
        var orders = await Task.WhenAll(answers.Where(answer => answer.StatusCode == HttpStatusCode.Accepted).Select(async answer => (await answer.Body()).GetProperty("orderId").GetGuid()));
        Assert.Single(orders.Distinct());
        if (keys == "same")
            Assert.Equal(orders[0], (await customer.Client.CheckOut(key: same).Ok(202)).GetProperty("orderId").GetGuid());
    }

    [Fact]
    public async Task The_eleventh_unpaid_order_is_refused_until_one_is_closed()
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica());
        await shop.Sql("INSERT INTO orders (id, user_id, content, placed_at, tell_at) SELECT md5($2 || n)::uuid, $1, '{}', now(), now() + interval '1 hour' FROM generate_series(1, 10) AS n", customer.Id, customer.Email);
        await customer.Client.Add(product).Ok();

        await customer.Client.CheckOut().Is(409, "too-many-open-orders");
        Assert.Equal([(product, 1)], await customer.Client.Lines());

        await shop.Sql("UPDATE orders SET closed_at = now() WHERE id = (SELECT id FROM orders WHERE user_id = $1 LIMIT 1)", customer.Id);
        await customer.Client.CheckOut().Ok(202);
    }

    [Fact]
    public async Task An_order_that_Products_rejects_is_closed()
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica());
        await customer.Client.Add(product).Ok();

        var order = (await customer.Client.CheckOut().Ok(202)).GetProperty("orderId").GetGuid();

        await Eventually.True(async () => await shop.Value<bool>("SELECT closed_at IS NOT NULL FROM orders WHERE id = $1", order));
    }

    [Theory]
    [InlineData("es", "fr, es-MX;q=0.8, en;q=0.5")]
    [InlineData("en", "en-GB, es")]
    [InlineData("en", "de")]
    public async Task Without_a_locale_the_clients_language_decides(string locale, string languages)
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica());
        await customer.Client.Add(product).Ok();

        var order = await customer.Client.Send(HttpMethod.Post, "/api/cart/checkout", new { }, ("Accept-Language", languages)).Ok(202);

        Assert.Equal(locale, await shop.Value<string>("SELECT content->>'locale' FROM orders WHERE id = $1", order.GetProperty("orderId").GetGuid()));
    }

    [Theory]
    [InlineData("""{"locale":"fr"}""", "locale")]
    [InlineData("""{"expectedTotal":"1"}""", "expectedTotal")]
    [InlineData("""{"expectedTotal":-1}""", "expectedTotal")]
    [InlineData("""{"expectedTotal":1e300}""", "expectedTotal")]
    [InlineData("""{"billing":{"name":" ","line1":"a","city":"b","postalCode":"c","country":"ES"}}""", "billing.name")]
    [InlineData("""{"billing":{"name":"a","line1":"a\nb","city":"b","postalCode":"c","country":"ES"}}""", "billing.line1")]
    [InlineData("""{"billing":{"name":"a","line1":"a","city":"b","postalCode":"123456789012345678901","country":"ES"}}""", "billing.postalCode")]
    [InlineData("""{"billing":{"name":"a","line1":"a","city":"b","postalCode":"c","country":"XX"}}""", "billing.country")]
    [InlineData("""{"billing":{"name":"a","line1":"a","city":"b","postalCode":"c","country":null}}""", "billing.country")]
    public async Task Bad_bodies_are_400_and_name_the_member(string body, string member)
    {
        var customer = await shop.Customer();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        var problem = await customer.Client.PostAsync("/api/cart/checkout", content, Stop).Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _), problem.GetRawText());
    }

    [Fact]
    public async Task A_checkout_takes_no_body_at_all_and_no_guest()
    {
        var (customer, guest, product) = (await shop.Customer(), shop.Guest(), await shop.Replica());
        await guest.Add(product).Ok();
        await customer.Client.Add(product).Ok();

        await guest.CheckOut().Is(401, "unauthorized");
        await customer.Client.PostAsync("/api/cart/checkout", content: null, Stop).Ok(202);
    }

    [Fact]
    public async Task Members_that_nobody_may_set_have_no_effect()
    {
        var (customer, other, product) = (await shop.Customer(), await shop.Customer(), await shop.Replica(price: 1000));
        await customer.Client.Send(HttpMethod.Post, "/api/cart", new { productId = product, quantity = 1, price = 0.01, unitPrice = 0.01, userId = other.Id }).Ok();

        var order = await customer.Client.CheckOut(new { userId = other.Id, total = 0.01, status = "paid", price = 0.01 }).Ok(202);

        Assert.Equal(10.00m, order.GetProperty("total").GetDecimal());
        Assert.Equal(customer.Id, await shop.Value<Guid>("SELECT user_id FROM orders WHERE id = $1", order.GetProperty("orderId").GetGuid()));
    }

    private static string? Text(JsonElement json, string parent, string member) => json.GetProperty(parent).GetProperty(member).GetString();
}
