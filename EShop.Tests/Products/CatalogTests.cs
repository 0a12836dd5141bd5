using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Messaging;
using Xunit;

namespace EShop.Tests.Products;

/// <summary>The catalogue's calls: what they answer, who may make them, and what one of them leaves for the next.</summary>
public sealed class CatalogTests(SharedPostgres postgres, SharedProducts shared)
{
    [Fact]
    public async Task A_created_product_is_answered_whole_found_at_its_location_and_told()
    {
        var world = await shared.WorldAsync(postgres);
        var sku = CatalogCalls.Unique();

        var answer = await world.Admin.PostAsJsonAsync("/api/products", new
        {
            name = " Té de Ceilán ",
            description = "Loose leaf.",
            price = 7.90,
            stock = 50,
            sku,
            category = "Tea",
            imageUrl = "https://example.com/tea.jpg",
            taxRate = 10,
            id = Guid.NewGuid(),
            reserved = 7,
            version = 9,
        });

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("\"1.1\"", answer.Headers.ETag!.Tag);
        var created = await answer.JsonAsync();
        var id = created.GetProperty("id").GetGuid();
        Assert.Equal(7, id.Version);
        Assert.Equal($"/api/products/{id}", answer.Headers.Location!.ToString());
        Assert.Equal(
            ["id", "name", "description", "price", "currency", "taxRate", "stock", "reserved", "available", "sku", "category", "imageUrl", "version", "createdAt", "updatedAt"],
            created.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Té de Ceilán", created.GetProperty("name").GetString());
        Assert.Equal(7.90m, created.GetProperty("price").GetDecimal());
        Assert.Equal("EUR", created.GetProperty("currency").GetString());
        Assert.Equal((50, 0, 50), (created.GetProperty("stock").GetInt32(), created.GetProperty("reserved").GetInt32(), created.GetProperty("available").GetInt32()));
        var found = await world.Guest.GetFromJsonAsync<JsonElement>(answer.Headers.Location);
        Assert.Equal(created.GetProperty("createdAt").GetString(), found.GetProperty("createdAt").GetString());
        var told = Assert.Single(await world.PublishedAsync("product.created", id)).GetProperty("product");
        Assert.Equal((790, 1, 1), (told.GetProperty("price").GetInt32(), told.GetProperty("version").GetInt32(), told.GetProperty("stockVersion").GetInt32()));
    }

    [Fact]
    public async Task Tax_is_the_stores_where_none_is_given()
    {
        var world = await shared.WorldAsync(postgres);

        Assert.Equal(21, (await world.ProductAsync()).GetProperty("taxRate").GetDecimal());
    }

    [Fact]
    public async Task A_sku_is_one_products_until_that_leaves_the_catalogue()
    {
        var world = await shared.WorldAsync(postgres);
        var sku = CatalogCalls.Unique();
        var first = await world.ProductAsync(new { name = "x", price = 1, stock = 1, sku });
        var other = await world.ProductAsync();

        await (await world.Admin.PostAsJsonAsync("/api/products", new { name = "y", price = 1, stock = 1, sku })).ProblemAsync(HttpStatusCode.Conflict, "sku-taken");
        await (await world.PutAsync(other, new { name = "y", price = 1, sku })).ProblemAsync(HttpStatusCode.Conflict, "sku-taken");
        await world.Admin.DeleteAsync(first.Path());

        Assert.Equal(HttpStatusCode.OK, (await world.PutAsync(other, new { name = "y", price = 1, sku })).StatusCode);
    }

    [Fact]
    public async Task Ten_at_once_with_one_sku_are_one_product()
    {
        var world = await shared.WorldAsync(postgres);
        var sku = CatalogCalls.Unique();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => world.Admin.PostAsJsonAsync("/api/products", new { name = "x", price = 1, stock = 1, sku })));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(9, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Only_an_admin_changes_the_catalogue()
    {
        var world = await shared.WorldAsync(postgres);
        var product = await world.ProductAsync();
        var body = new { name = "x", price = 1, stock = 1 };
        HttpRequestMessage[] Calls() =>
        [
            new(HttpMethod.Post, "/api/products") { Content = JsonContent.Create(body) },
            new(HttpMethod.Put, product.Path()) { Content = JsonContent.Create(body) },
            new(HttpMethod.Post, product.Path() + "/stock") { Content = JsonContent.Create(new { delta = 1, reason = "x" }) },
            new(HttpMethod.Delete, product.Path()),
        ];

        foreach (var call in Calls())
            await (await world.Guest.SendAsync(call)).ProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        foreach (var call in Calls())
        {
            call.Headers.Authorization = world.Bearer("customer");
            await (await world.Guest.SendAsync(call)).ProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        }
        Assert.Equal((10, 0), await world.ShelfAsync(product.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task A_product_is_not_sent_again_to_whoever_has_it()
    {
        var world = await shared.WorldAsync(postgres);
        var product = await world.ProductAsync();
        var tag = (await world.Guest.GetAsync(product.Path())).Headers.ETag!;
        HttpRequestMessage Get() => new(HttpMethod.Get, product.Path()) { Headers = { IfNoneMatch = { tag } } };

        Assert.Equal(HttpStatusCode.NotModified, (await world.Guest.SendAsync(Get())).StatusCode);
        await world.Admin.PostAsJsonAsync(product.Path() + "/stock", new { delta = 1, reason = "x" });

        Assert.Equal(HttpStatusCode.OK, (await world.Guest.SendAsync(Get())).StatusCode);
    }

    [Fact]
    public async Task What_was_just_changed_is_read_changed_however_many_read_it_meanwhile()
    {
        var world = await shared.WorldAsync(postgres);
        var product = await world.ProductAsync();
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await world.Guest.GetAsync(product.Path());
        })).ToList();

        for (var n = 1; n <= 100; n++)
        {
            await world.PutAsync(product, new { name = $"Edition {n}", price = n });
            Assert.Equal($"Edition {n}", (await world.Guest.GetFromJsonAsync<JsonElement>(product.Path())).GetProperty("name").GetString());
        }
        await done.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task Availability_answers_each_line()
    {
        var world = await shared.WorldAsync(postgres);
        var (there, unknown) = ((await world.ProductAsync()).GetProperty("id").GetGuid(), Guid.CreateVersion7());

        async Task<JsonElement> Ask(params object[] lines) => await (await world.Guest.PostAsJsonAsync("/api/products/availability", new { lines })).JsonAsync();
        var enough = await Ask(new { productId = there, quantity = 10 });
        var mixed = await Ask(new { productId = there, quantity = 11 }, new { productId = unknown, quantity = 1 });
        var twice = await Ask(new { productId = there, quantity = 6 }, new { productId = there, quantity = 5 });

        Assert.Equal($$"""{"available":true,"lines":[{"productId":"{{there}}","requested":10,"available":10}]}""", enough.GetRawText());
        Assert.Equal(
            $$"""{"available":false,"lines":[{"productId":"{{there}}","requested":11,"available":10,"reason":"insufficient_stock"},{"productId":"{{unknown}}","requested":1,"available":0,"reason":"unknown_product"}]}""",
            mixed.GetRawText());
        Assert.False(twice.GetProperty("available").GetBoolean());
    }
}
