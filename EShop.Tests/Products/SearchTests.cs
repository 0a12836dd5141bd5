using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Messaging;
using Xunit;

namespace EShop.Tests.Products;

/// <summary>Lists: pages, filters, orders, and a search that forgives.</summary>
public sealed class SearchTests(SharedPostgres postgres, SharedProducts shared)
{
    [Theory]
    [InlineData("cafetera")]
    [InlineData("Cafetera")]
    [InlineData("CAFÉTERA")]
    [InlineData("cafetrea")]
    [InlineData("cafetra")]
    [InlineData("cafttera")]
    [InlineData("vafetera")]
    [InlineData("italiana cafetera")]
    [InlineData("cafetera alumnio")]
    [InlineData("jalapeño cafetera")]
    [InlineData("jalapeno cafetera")]
    public async Task Typos_case_accents_and_the_order_of_words_are_forgiven(string search)
    {
        var (world, category) = (await shared.WorldAsync(postgres), Unique());
        await world.ProductAsync(new { name = "Cafetera Italiana", description = "De aluminio, color jalapeño.", price = 27.90, stock = 1, category });
        await world.ProductAsync(new { name = "Bread Knife", description = "Through a hard crust.", price = 32, stock = 1, category });

        Assert.Equal(["Cafetera Italiana"], await NamesAsync(world, $"category={category}&search={Uri.EscapeDataString(search)}"));
    }

    [Fact]
    public async Task Two_letters_of_a_short_word_may_have_changed_places()
    {
        var (world, category) = (await shared.WorldAsync(postgres), Unique());
        await world.ProductAsync(new { name = "Ratón inalámbrico", price = 27.90, stock = 1, category });

        Assert.Equal(["Ratón inalámbrico"], await NamesAsync(world, $"category={category}&search=rtaon"));
    }

    [Fact]
    public async Task The_best_fit_comes_first_and_a_name_counts_for_more_than_a_description()
    {
        var (world, category) = (await shared.WorldAsync(postgres), Unique());
        foreach (var (name, description) in new[] { ("Grinder", "For every kettle."), ("Kettle", "Gooseneck."), ("Kettles and cups", "A book.") })
            await world.ProductAsync(new { name, description, price = 1, stock = 1, category });

        Assert.Equal(["Kettle", "Kettles and cups", "Grinder"], await NamesAsync(world, $"category={category}&search=kettle"));
        Assert.Equal(["Grinder", "Kettle", "Kettles and cups"], await NamesAsync(world, $"category={category}&search=kettle&sort=name"));
    }

    [Fact]
    public async Task Orders_and_filters_do_what_they_say()
    {
        var (world, category) = (await shared.WorldAsync(postgres), Unique());
        foreach (var (name, price, stock) in new[] { ("banana", 2.00, 0), ("Ábaco", 3.00, 5), ("Cereza", 1.00, 5), ("Dátil", 3.00, 5) })
            await world.ProductAsync(new { name, price, stock, category });

        async Task Check(string query, params string[] names) => Assert.Equal(names, await NamesAsync(world, $"category={category}&{query}"));
        await Check("", "Dátil", "Cereza", "Ábaco", "banana");
        await Check("sort=newest", "Dátil", "Cereza", "Ábaco", "banana");
        await Check("sort=name", "Ábaco", "banana", "Cereza", "Dátil");
        await Check("sort=-name", "Dátil", "Cereza", "banana", "Ábaco");
        await Check("sort=price", "Cereza", "banana", "Ábaco", "Dátil");
        await Check("sort=-price", "Dátil", "Ábaco", "banana", "Cereza");
        await Check("minPrice=2&maxPrice=2.99", "banana");
        await Check("inStock=true", "Dátil", "Cereza", "Ábaco");
        await Check("inStock=false", "banana");
        await Check("search=nothing-like-it");
        await Check("search=%20%21%3F");
    }

    [Fact]
    public async Task Pages_hold_each_product_once_also_where_all_are_equal()
    {
        var (world, category) = (await shared.WorldAsync(postgres), Unique());
        for (var n = 0; n < 7; n++)
            await world.ProductAsync(new { name = "Twin", price = 1, stock = 1, category });

        foreach (var sort in new[] { "name", "-name", "price", "-price", "newest", "&search=twin" })
        {
            var ids = new List<string?>();
            for (var page = 1; page <= 3; page++)
            {
                var answer = await world.Guest.GetFromJsonAsync<JsonElement>($"/api/products?category={category}&pageSize=3&page={page}&sort={sort}");
                Assert.Equal((page, 3, 7), (answer.GetProperty("page").GetInt32(), answer.GetProperty("pageSize").GetInt32(), answer.GetProperty("total").GetInt32()));
                ids.AddRange(answer.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
            }
            Assert.Equal(7, ids.Distinct().Count());
            Assert.Equal(7, ids.Count);
        }
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page=x", "page")]
    [InlineData("pageSize=0", "pageSize")]
    [InlineData("pageSize=101", "pageSize")]
    [InlineData("sort=prize", "sort")]
    [InlineData("minPrice=-1", "minPrice")]
    [InlineData("minPrice=1.234", "minPrice")]
    [InlineData("maxPrice=a", "maxPrice")]
    [InlineData("inStock=maybe", "inStock")]
    public async Task An_unknown_value_is_refused_by_its_name(string query, string member)
    {
        var world = await shared.WorldAsync(postgres);

        var answer = await world.Guest.GetAsync($"/api/products?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty(member, out _));
    }

    [Fact]
    public async Task A_list_shows_what_this_process_has_just_changed()
    {
        var (world, category) = (await shared.WorldAsync(postgres), Unique());
        Assert.Empty(await NamesAsync(world, $"category={category}"));

        for (var n = 1; n <= 20; n++)
        {
            await world.ProductAsync(new { name = $"Volume {n}", price = 1, stock = 1, category });
            Assert.Equal(n, (await NamesAsync(world, $"category={category}")).Count);
        }
    }

    private static string Unique() => Guid.NewGuid().ToString("N");

    private static async Task<IReadOnlyList<string?>> NamesAsync(ProductsWorld world, string query) =>
        [.. (await world.Guest.GetFromJsonAsync<JsonElement>($"/api/products?{query}")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString())];
}
