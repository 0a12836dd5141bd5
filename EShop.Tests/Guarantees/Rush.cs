using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Bill;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>Many clients after too few products; afterwards the books of Products, Payment, Bill and the sandbox are laid side by side.</summary>
internal sealed class Rush
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    private readonly Shop _shop;
    private readonly Guid[] _products;
    private readonly int _stock;
    private readonly ConcurrentBag<Purchase> _purchases = [];

    private readonly List<Customer> _customers = [];

    private Rush(Shop shop, Guid[] products, int stock) => (_shop, _products, _stock) = (shop, products, stock);

    public IReadOnlyCollection<Purchase> Purchases => _purchases;

    public IReadOnlyList<Guid> Products => _products;

    private List<Purchase> Paid => [.. _purchases.Where(purchase => purchase.IsPaid)];

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
    public Task Run(int purchases, Func<bool> mayEnd) => Run(purchases, mayEnd, (shopper, product, n) => shopper.Buy(product, 1 + (n % 3)));

    /// <summary>The same with all that can go otherwise: every third card is one whose bank asks, every fourth paid order is canceled, and of another fourth one unit of money goes back.</summary>
    public async Task RunWithRefunds(int purchases, Func<bool> mayEnd)
    {
        using var admin = await _shop.Admin();
        var shopkeeper = new Shopper(new Customer(admin, Guid.Empty, "", "", ""));
        await Run(purchases, mayEnd, async (shopper, product, n) =>
        {
            var purchase = await shopper.Buy(product, 1 + (n % 3), n % 3 == 0 ? "pm_card_threeDSecure2Required" : "pm_card_visa");
            return (purchase.IsPaid, n % 4) switch
            {
                (true, 0) => await shopper.Cancel(purchase),
                (true, 1) => await shopkeeper.Refund(purchase, 1.00m),
                _ => purchase,
            };
        });
    }

    private async Task Run(int purchases, Func<bool> mayEnd, Func<Shopper, Guid, int, Task<Purchase>> buy)
    {
        var begun = 0;
        await Task.WhenAll(_customers.Select(customer => Task.Run(async () =>
        {
            var shopper = new Shopper(customer);
            for (var n = Interlocked.Increment(ref begun); n <= purchases || !mayEnd(); n = Interlocked.Increment(ref begun))
                _purchases.Add(await buy(shopper, _products[n % _products.Length], n));
        })));
    }

    /// <summary>Asserts, within a minute, that nothing was lost and nothing was done twice.</summary>
    /// <param name="inTime">Whether each purchase has to have ended within a minute as well.</param>
    public async Task NothingIsLostAndNothingTwice(bool inTime = true)
    {
        EachHasEnded();
        if (inTime)
            EachHasEndedInTime();
        await NoPieceIsLost();
        await EachPaidOrderIsChargedOnce();
        await EachPaidOrderHasOneInvoice();
        await LeaveUndrawn();
    }

    /// <summary>Each was paid or had no stock.</summary>
    public void EachHasEnded() => Assert.All(_purchases, purchase => Assert.Contains(purchase.Status, new[] { "succeeded", "rejected" }));

    /// <summary>And within a minute.</summary>
    public void EachHasEndedInTime() => Assert.DoesNotContain(_purchases, purchase => purchase.Took > Within);

    /// <summary>On the shelf is what was there less what was sold, and nothing is held.</summary>
    public async Task NoPieceIsLost()
    {
        await using var products = await _shop.Database("productsdb");
        foreach (var product in _products)
        {
            var sold = Paid.Where(purchase => purchase.ProductId == product).Sum(purchase => purchase.Quantity - purchase.Returned);
            await Eventually.Get(() => Shelf(products, product), shelf => shelf == (_stock - sold, 0), Within, $"{product}: {_stock} less {sold} sold on the shelf, none reserved");
        }
    }

    /// <summary>By the sandbox's ledger, less what went back; who did not pay was not charged.</summary>
    public async Task EachPaidOrderIsChargedOnce()
    {
        using var sandbox = _shop.Client("stripe");
        var told = await Eventually.Get(() => sandbox.GetFromJsonAsync<JsonElement>("/sandbox/ledger"), _ => true, Within, "the sandbox, which may have been the last to be killed, shows its ledger");
        var ledger = told.GetProperty("orders").EnumerateArray().ToDictionary(order => Guid.Parse(order.GetProperty("orderId").GetString()!));
        foreach (var purchase in _purchases)
        {
            var charges = ledger.TryGetValue(purchase.OrderId, out var order) ? order.GetProperty("succeededCharges").GetInt32() : 0;
            Assert.Equal(purchase.IsPaid ? 1 : 0, charges);
            if (purchase.IsPaid)
                Assert.Equal((purchase.Amount - purchase.Refunded) * 100, order.GetProperty("net").GetInt64());
        }
    }

    /// <summary>And each refund has one credit note, all of them numbered without gap or twin.</summary>
    public async Task EachPaidOrderHasOneInvoice()
    {
        var paid = Paid;
        await using var bill = await _shop.Database("billdb");
        var invoices = await Eventually.Get(() => Issued(bill, "invoice", paid), orders => orders.Count == paid.Count, Within, $"{paid.Count} orders are invoiced");
        var refunded = paid.Where(purchase => purchase.Refunded > 0).ToList();
        var notes = await Eventually.Get(() => Issued(bill, "credit_note", paid), orders => orders.Count == refunded.Count, Within, $"{refunded.Count} refunds have a credit note");
        Assert.All(paid, purchase => Assert.Equal((1, purchase.Amount * 100), invoices[purchase.OrderId]));
        Assert.All(refunded, purchase => Assert.Equal((1, purchase.Refunded * 100), notes[purchase.OrderId]));
        await using var gaps = new NpgsqlCommand(
            "SELECT bool_and(whole) FROM (SELECT count(*) = max(sequence) AND count(DISTINCT sequence) = count(*) AS whole FROM invoices GROUP BY series, year) AS each", bill);
        Assert.True((bool)(await gaps.ExecuteScalarAsync())!, "The numbers of the invoices or of the credit notes have a gap or a twin.");
    }

    /// <summary>What the rush has left to draw is not drawn while other tests run.</summary>
    public Task LeaveUndrawn() => Bills.LeaveUndrawnAsync(_shop);

    private static async Task<(int Stock, int Reserved)> Shelf(NpgsqlConnection products, Guid product)
    {
        await using var command = new NpgsqlCommand("SELECT stock, reserved FROM products WHERE id = $1", products) { Parameters = { new() { Value = product } } };
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt32(0), row.GetInt32(1));
    }

    /// <summary>How many documents of a kind each order has, and what they come to.</summary>
    private static async Task<Dictionary<Guid, (int Count, decimal Total)>> Issued(NpgsqlConnection bill, string kind, List<Purchase> paid)
    {
        await using var command = new NpgsqlCommand("SELECT order_id, count(*)::int, sum(total)::bigint FROM invoices WHERE order_id = ANY($1) AND kind = $2 GROUP BY order_id", bill)
        {
            Parameters = { new() { Value = paid.Select(purchase => purchase.OrderId).ToArray() }, new() { Value = kind } },
        };
        var orders = new Dictionary<Guid, (int, decimal)>();
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
            orders[row.GetGuid(0)] = (row.GetInt32(1), row.GetInt64(2));
        return orders;
    }
}
