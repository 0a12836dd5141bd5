using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>Many clients after too few products; afterwards the books of Products, Payment, Bill and the sandbox are laid side by side.</summary>
internal sealed class Rush
{
    private readonly Shop _shop;
    private readonly Guid[] _products;
    private readonly int _stock;
    private readonly ConcurrentBag<Purchase> _purchases = [];

    private readonly List<Customer> _customers = [];

    private Rush(Shop shop, Guid[] products, int stock) => (_shop, _products, _stock) = (shop, products, stock);

    public IReadOnlyCollection<Purchase> Purchases => _purchases;

    public IReadOnlyList<Guid> Products => _products;

    /// <summary>Puts products with so many pieces each on the shelf, and has so many clients register.</summary>
    public static async Task<Rush> Prepare(Shop shop, int products, int stock, int clients = 0)
    {
        using var admin = await shop.Admin();
        var ids = new List<Guid>();
        for (var i = 0; i < products; i++)
        {
            using var answer = await admin.PostAsJsonAsync("/api/products", new { name = $"Rush {Guid.NewGuid():N}", price = 10.00m + i, stock }, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
            ids.Add((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid());
        }

        var rush = new Rush(shop, [.. ids], stock);
        for (var i = 0; i < clients; i++)
            rush._customers.Add(await shop.Customer());
        return rush;
    }

    /// <summary>Has the clients buy, one purchase after the other, until enough were made and <paramref name="mayEnd"/> says so.</summary>
    public async Task Run(int purchases, Func<bool> mayEnd)
    {
        var begun = 0;
        await Task.WhenAll(_customers.Select(customer => Task.Run(async () =>
        {
            var shopper = new Shopper(customer);
            for (var n = Interlocked.Increment(ref begun); n <= purchases || !mayEnd(); n = Interlocked.Increment(ref begun))
                _purchases.Add(await shopper.Buy(_products[n % _products.Length], 1 + (n % 3)));
        })));
    }

    /// <summary>Asserts, within a minute, that nothing was lost and nothing was done twice.</summary>
    public async Task NothingIsLostAndNothingTwice()
    {
        var within = TimeSpan.FromSeconds(60);
        Assert.All(_purchases, purchase => Assert.Contains(purchase.Status, new[] { "succeeded", "rejected" }));
        var paid = _purchases.Where(purchase => purchase.Status == "succeeded").ToList();

        await using var products = await _shop.Database("productsdb");
        foreach (var product in _products)
        {
            var sold = paid.Where(purchase => purchase.ProductId == product).Sum(purchase => purchase.Quantity);
            await Eventually.Get(() => Shelf(products, product), shelf => shelf == (_stock - sold, 0), within, $"{product}: {_stock} less {sold} sold on the shelf, none reserved");
        }

        using var sandbox = _shop.Client("stripe");
        var ledger = (await sandbox.GetFromJsonAsync<JsonElement>("/sandbox/ledger")).GetProperty("orders").EnumerateArray()
            .ToDictionary(order => Guid.Parse(order.GetProperty("orderId").GetString()!));
        foreach (var purchase in _purchases)
        {
            var charges = ledger.TryGetValue(purchase.OrderId, out var order) ? order.GetProperty("succeededCharges").GetInt32() : 0;
            Assert.Equal(purchase.Status == "succeeded" ? 1 : 0, charges);
            if (purchase.Status == "succeeded")
                Assert.Equal(purchase.Amount * 100, order.GetProperty("net").GetInt64());
        }

        await using var bill = await _shop.Database("billdb");
        await Eventually.Get(() => Invoiced(bill, paid), orders => orders.Count == paid.Count, within, $"{paid.Count} orders are invoiced");
        Assert.All(await Invoiced(bill, paid), order => Assert.Equal(1, order.Value));
        await using var gaps = new NpgsqlCommand("SELECT count(*) = max(right(number, 6)::int) AND count(DISTINCT number) = count(*) FROM invoices WHERE number LIKE 'F-%'", bill);
        Assert.True((bool)(await gaps.ExecuteScalarAsync())!, "The numbers of the invoices have a gap or a twin.");
    }

    private static async Task<(int Stock, int Reserved)> Shelf(NpgsqlConnection products, Guid product)
    {
        await using var command = new NpgsqlCommand("SELECT stock, reserved FROM products WHERE id = $1", products) { Parameters = { new() { Value = product } } };
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt32(0), row.GetInt32(1));
    }

    private static async Task<Dictionary<Guid, long>> Invoiced(NpgsqlConnection bill, List<Purchase> paid)
    {
        await using var command = new NpgsqlCommand("SELECT order_id, count(*) FROM invoices WHERE order_id = ANY($1) AND number LIKE 'F-%' GROUP BY order_id", bill)
        {
            Parameters = { new() { Value = paid.Select(purchase => purchase.OrderId).ToArray() } },
        };
        var orders = new Dictionary<Guid, long>();
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
            orders[row.GetGuid(0)] = row.GetInt64(1);
        return orders;
    }
}
