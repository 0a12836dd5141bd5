using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Messaging;
using Xunit;

namespace EShop.Tests.Products;

/// <summary>Edits, corrections of the stock and deletions: each under the tag or the key that it was made with.</summary>
public sealed class CatalogEditTests(SharedPostgres postgres, SharedProducts shared)
{
    [Fact]
    public async Task What_a_put_leaves_out_is_cleared_and_the_stock_stays()
    {
        var world = await shared.WorldAsync(postgres);
        var product = await world.ProductAsync(new { name = "x", description = "d", price = 1, stock = 5, sku = CatalogCalls.Unique(), category = "c", imageUrl = "http://example.com/x.png", taxRate = 4 });

        var answer = await world.PutAsync(product, new { name = "y", price = 2 });

        Assert.Equal("\"2.1\"", answer.Headers.ETag!.Tag);
        var now = await world.Guest.GetFromJsonAsync<JsonElement>(product.Path());
        Assert.Equal("y", now.GetProperty("name").GetString());
        Assert.Equal((5, 21m, 2), (now.GetProperty("stock").GetInt32(), now.GetProperty("taxRate").GetDecimal(), now.GetProperty("version").GetInt32()));
        foreach (var member in new[] { "description", "sku", "category", "imageUrl" })
            Assert.Equal(JsonValueKind.Null, now.GetProperty(member).ValueKind);
        var told = Assert.Single(await world.PublishedAsync("product.updated", product.GetProperty("id").GetGuid())).GetProperty("product");
        Assert.Equal((200, 2), (told.GetProperty("price").GetInt32(), told.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task A_put_with_stock_needs_the_whole_tag_and_one_without_needs_its_first_half()
    {
        var world = await shared.WorldAsync(postgres);
        var product = await world.ProductAsync();

        await (await world.PutAsync(product, new { name = "y", price = 2, stock = 3 })).ProblemAsync((HttpStatusCode)428, "version-required");
        await (await world.PutAsync(product, new { name = "y", price = 2, stock = 3 }, "\"1.2\"")).ProblemAsync(HttpStatusCode.PreconditionFailed, "version-mismatch");
        await (await world.PutAsync(product, new { name = "y", price = 2 }, "\"2.1\"")).ProblemAsync(HttpStatusCode.PreconditionFailed, "version-mismatch");
        Assert.Equal("\"2.2\"", (await world.PutAsync(product, new { name = "y", price = 2, stock = 3 }, "\"1.1\"")).Headers.ETag!.Tag);
        Assert.Equal("\"3.2\"", (await world.PutAsync(product, new { name = "z", price = 2 }, "\"2.99\"")).Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.OK, (await world.PutAsync(product, new { name = "z", price = 2, stock = 4 }, "*")).StatusCode);
    }

    [Fact]
    public async Task A_deletion_compares_the_first_half_and_leaves_nothing_to_find()
    {
        var world = await shared.WorldAsync(postgres);
        var product = await world.ProductAsync();
        var delete = new HttpRequestMessage(HttpMethod.Delete, product.Path()) { Headers = { IfMatch = { new EntityTagHeaderValue("\"2.1\"") } } };

        await (await world.Admin.SendAsync(delete)).ProblemAsync(HttpStatusCode.PreconditionFailed, "version-mismatch");
        Assert.Equal(HttpStatusCode.NoContent, (await world.Admin.DeleteAsync(product.Path())).StatusCode);

        await (await world.Guest.GetAsync(product.Path())).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        await (await world.Admin.DeleteAsync(product.Path())).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        await (await world.PutAsync(product, new { name = "z", price = 2, stock = 4 })).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        await (await world.Admin.PostAsJsonAsync(product.Path() + "/stock", new { delta = 1, reason = "x" })).ProblemAsync(HttpStatusCode.NotFound, "not-found");
        Assert.Equal(2, Assert.Single(await world.PublishedAsync("product.deleted", product.GetProperty("id").GetGuid())).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task A_stock_correction_is_relative_and_keeps_its_reason()
    {
        var world = await shared.WorldAsync(postgres);
        var product = await world.ProductAsync();

        var answer = await world.Admin.PostAsJsonAsync(product.Path() + "/stock", new { delta = -4, reason = "broken in the storeroom" });

        Assert.Equal("\"2.2\"", answer.Headers.ETag!.Tag);
        Assert.Equal(6, (await answer.JsonAsync()).GetProperty("stock").GetInt32());
        await (await world.Admin.PostAsJsonAsync(product.Path() + "/stock", new { delta = -7, reason = "x" })).ProblemAsync(HttpStatusCode.Conflict, "stock-below-reserved");
        await (await world.Admin.PostAsJsonAsync(product.Path() + "/stock", new { delta = int.MaxValue, reason = "x" })).ProblemAsync(HttpStatusCode.BadRequest, "validation");
        await (await world.Admin.PostAsJsonAsync(product.Path() + "/stock", new { delta = 0, reason = "x" })).ProblemAsync(HttpStatusCode.BadRequest, "validation");
        await (await world.Admin.PostAsJsonAsync(product.Path() + "/stock", new { delta = 1, reason = " " })).ProblemAsync(HttpStatusCode.BadRequest, "validation");
        Assert.Equal("broken in the storeroom", await world.ValueAsync<string>($"SELECT reason FROM stock_corrections WHERE product_id = '{product.GetProperty("id").GetGuid()}'"));
    }

    [Fact]
    public async Task A_repeated_key_has_one_effect_and_the_first_answer()
    {
        var world = await shared.WorldAsync(postgres);
        var product = await world.ProductAsync();
        var (create, correct) = (CatalogCalls.Unique(), CatalogCalls.Unique());

        var created = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => world.KeyedAsync("/api/products", new { name = create, price = 1, stock = 1 }, create)));
        var first = await world.KeyedAsync(product.Path() + "/stock", new { delta = 1, reason = "x" }, correct);
        var again = await world.KeyedAsync(product.Path() + "/stock", new { delta = 1, reason = "x" }, correct);
        var another = await world.KeyedAsync(product.Path() + "/stock", new { delta = 2, reason = "x" }, correct);

        Assert.Equal(1, await world.ValueAsync<long>($"SELECT count(*) FROM products WHERE name = '{create}'"));
        Assert.Contains(created, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(("true", first.Headers.ETag), (again.Headers.GetValues("Idempotency-Replayed").Single(), again.Headers.ETag));
        await another.ProblemAsync(HttpStatusCode.UnprocessableEntity, "key-reused");
        Assert.Equal((11, 0), await world.ShelfAsync(product.GetProperty("id").GetGuid()));
    }
}
