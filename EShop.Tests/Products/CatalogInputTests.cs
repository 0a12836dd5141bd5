using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using EShop.Products;
using EShop.Products.Catalog;
using EShop.Tests.Messaging;
using Microsoft.Extensions.Options;
using Xunit;

namespace EShop.Tests.Products;

/// <summary>Input that the catalogue refuses, by the name of what is wrong.</summary>
public sealed class CatalogInputTests(SharedPostgres postgres, SharedProducts shared)
{
    [Theory]
    [InlineData("name", """{"price":1,"stock":1}""")]
    [InlineData("name", """{"name":"   ","price":1,"stock":1}""")]
    [InlineData("name", """{"name":null,"price":1,"stock":1}""")]
    [InlineData("name", """{"name":7,"price":1,"stock":1}""")]
    [InlineData("name", "{\"name\":\"a\\u0000\",\"price\":1,\"stock\":1}")]
    [InlineData("name", "{\"name\":\"\\ud800\",\"price\":1,\"stock\":1}")]
    [InlineData("price", """{"name":"x","stock":1}""")]
    [InlineData("price", """{"name":"x","price":0,"stock":1}""")]
    [InlineData("price", """{"name":"x","price":-1,"stock":1}""")]
    [InlineData("price", """{"name":"x","price":1.234,"stock":1}""")]
    [InlineData("price", """{"name":"x","price":1000000000,"stock":1}""")]
    [InlineData("price", """{"name":"x","price":1e400,"stock":1}""")]
    [InlineData("price", """{"name":"x","price":"1","stock":1}""")]
    [InlineData("stock", """{"name":"x","price":1}""")]
    [InlineData("stock", """{"name":"x","price":1,"stock":-1}""")]
    [InlineData("stock", """{"name":"x","price":1,"stock":1.5}""")]
    [InlineData("stock", """{"name":"x","price":1,"stock":2147483648}""")]
    [InlineData("taxRate", """{"name":"x","price":1,"stock":1,"taxRate":100.01}""")]
    [InlineData("taxRate", """{"name":"x","price":1,"stock":1,"taxRate":-1}""")]
    [InlineData("taxRate", """{"name":"x","price":1,"stock":1,"taxRate":1.234}""")]
    [InlineData("sku", """{"name":"x","price":1,"stock":1,"sku":" "}""")]
    [InlineData("category", """{"name":"x","price":1,"stock":1,"category":""}""")]
    [InlineData("imageUrl", """{"name":"x","price":1,"stock":1,"imageUrl":"javascript:alert(1)"}""")]
    [InlineData("imageUrl", """{"name":"x","price":1,"stock":1,"imageUrl":"/relative.jpg"}""")]
    public async Task Bad_input_is_refused_by_the_members_name(string member, string body)
    {
        var world = await shared.WorldAsync(postgres);

        var answer = await world.Admin.PostAsync("/api/products", new StringContent(body, Encoding.UTF8, "application/json"));

        var problem = await answer.ProblemAsync(HttpStatusCode.BadRequest, "validation");
        Assert.Contains(member, problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Theory]
    [InlineData("name", 201)]
    [InlineData("description", 4001)]
    [InlineData("sku", 65)]
    [InlineData("category", 101)]
    public async Task What_is_too_long_is_refused_by_the_members_name(string member, int length)
    {
        var world = await shared.WorldAsync(postgres);
        var body = new Dictionary<string, object> { ["name"] = "x", ["price"] = 1, ["stock"] = 1, [member] = new string('é', length) };

        var problem = await (await world.Admin.PostAsJsonAsync("/api/products", body)).ProblemAsync(HttpStatusCode.BadRequest, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"lines":null}""")]
    [InlineData("""{"lines":[]}""")]
    [InlineData("""{"lines":[null]}""")]
    [InlineData("""{"lines":[{"productId":"x","quantity":1}]}""")]
    [InlineData("""{"lines":[{"productId":"019ab000-0000-7000-8000-000000000000","quantity":0}]}""")]
    [InlineData("""{"lines":[{"productId":"019ab000-0000-7000-8000-000000000000","quantity":1000}]}""")]
    public async Task Bad_lines_are_refused(string body)
    {
        var world = await shared.WorldAsync(postgres);

        await (await world.Guest.PostAsync("/api/products/availability", new StringContent(body, Encoding.UTF8, "application/json"))).ProblemAsync(HttpStatusCode.BadRequest, "validation");
    }

    [Theory]
    [InlineData("KWD", "1.230", true)]
    [InlineData("KWD", "1.234", false)]
    [InlineData("JPY", "5", true)]
    [InlineData("JPY", "0.5", false)]
    public void A_price_is_what_Stripe_can_charge(string currency, string price, bool isFine)
    {
        var validator = new CreateProduct.Validator(Options.Create(new StoreOptions { Currency = currency }));
        Assert.Equal(isFine, validator.Validate(new CreateProduct.Request("Mug", decimal.Parse(price, CultureInfo.InvariantCulture), 1)).IsValid);
        Assert.False(new StoreOptions { Currency = "ISK" }.IsValid);
    }
}
