using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Cart;

/// <summary>Guests, products and carts for the tests of Cart.</summary>
internal static class Carts
{
    public const string Header = "X-Cart-Id";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A guest with a cart id of its own, at Cart itself.</summary>
    public static HttpClient Guest(this Shop shop, Guid? id = null)
    {
        var client = shop.Client("cart");
        client.DefaultRequestHeaders.Add(Header, (id ?? Guid.NewGuid()).ToString());
        return client;
    }

    /// <summary>A product that Cart knows and Products doesn't: enough for all that Cart decides by itself.</summary>
    public static async Task<Guid> Replica(this Shop shop, long price = 1250, int stock = 10, string name = "Cafetera")
    {
        var id = Guid.CreateVersion7();
        await shop.Sql(
            "INSERT INTO products (id, name, price, tax_rate, stock, reserved, version, stock_version) VALUES ($1, $2, $3, 21, $4, 0, 1, 1)", id, name, price, stock);
        return id;
    }

    public static Task<HttpResponseMessage> Add(this HttpClient client, Guid product, int quantity = 1, string? key = null) =>
        client.Send(HttpMethod.Post, "/api/cart", new { productId = product, quantity }, ("Idempotency-Key", key));

    public static Task<HttpResponseMessage> CheckOut(this HttpClient client, object? body = null, string? key = null) =>
        client.Send(HttpMethod.Post, "/api/cart/checkout", body ?? new { }, ("Idempotency-Key", key));

    public static async Task<JsonElement> Cart(this HttpClient client) => await client.GetFromJsonAsync<JsonElement>("/api/cart", Stop);

    /// <summary>Product and quantity of each line, in the cart's order.</summary>
    public static async Task<(Guid Product, int Quantity)[]> Lines(this HttpClient client) =>
        [.. (await client.Cart()).GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("productId").GetGuid(), item.GetProperty("quantity").GetInt32()))];

    public static async Task<int> Sql(this Shop shop, string sql, params object[] parameters)
    {
        await using var connection = await shop.Database("cartdb");
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(Stop);
    }

    public static async Task<T> Value<T>(this Shop shop, string sql, params object[] parameters)
    {
        await using var connection = await shop.Database("cartdb");
        await using var command = Command(connection, sql, parameters);
        return (T)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
