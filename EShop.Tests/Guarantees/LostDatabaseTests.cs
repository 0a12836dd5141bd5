using System.Net.Http.Json;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>A subscriber's database is lost, and its publisher tells it again. Alone, since meanwhile Cart knows no product.</summary>
[Collection(nameof(Alone))]
public sealed class LostDatabaseTests(Shop shop)
{
    private const string Wares =
        "SELECT coalesce(string_agg(concat_ws('|', id, name, price, tax_rate, stock, reserved, version, stock_version), ',' ORDER BY id), '') FROM products WHERE deleted_at IS NULL";

    [Fact]
    public async Task A_cart_that_lost_its_products_knows_them_all_again_after_a_resend()
    {
        using var admin = await shop.Admin();
        using var created = await admin.PostAsJsonAsync("/api/products", new { name = "Taza de té", price = 4.20m, stock = 3 }, TestContext.Current.CancellationToken);
        created.EnsureSuccessStatusCode();
        await using var products = await shop.Database("productsdb");
        await using var cart = await shop.Database("cartdb");
        await Eventually.Get(() => Ask(cart, Wares), known => known.Contains("Taza de té", StringComparison.Ordinal));
        await Ask(cart, "TRUNCATE products; SELECT ''");
        Assert.Equal("", await Ask(cart, Wares));

        await admin.Send(HttpMethod.Post, "/api/ops/products/messages/resend").Ok();

        await Eventually.True(async () => await Ask(cart, Wares) == await Ask(products, Wares));
        Assert.NotEqual("", await Ask(cart, Wares));
    }

    private static async Task<string> Ask(NpgsqlConnection database, string sql)
    {
        await using var command = new NpgsqlCommand(sql, database);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
