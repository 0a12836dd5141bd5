using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Contracts;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Npgsql;
using Xunit;
using Customer = EShop.Tests.Support.Customer;

namespace EShop.Tests.Guarantees;

/// <summary>What makes the shop tell each event that there is, whatever dies meanwhile, and what must be so in the end.</summary>
internal sealed class EventLife(Shop shop)
{
    /// <summary>Who acts on which event.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Subscribers = new Dictionary<string, string[]>
    {
        [UserRegistered.Type] = ["payment"],
        [ProductCreated.Type] = ["cart"],
        [ProductUpdated.Type] = ["cart"],
        [ProductDeleted.Type] = ["cart"],
        [StockChanged.Type] = ["cart"],
        [CartCheckedOut.Type] = ["products", "payment", "bill"],
        [StockReserved.Type] = ["payment"],
        [StockRejected.Type] = ["payment", "cart"],
        [PaymentSucceeded.Type] = ["products", "cart", "bill"],
        [PaymentCanceled.Type] = ["products", "cart"],
        [PaymentRefunded.Type] = ["products", "bill"],
        [BillIssued.Type] = ["payment"],
        [OrderUnknown.Type] = ["cart"],
    };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<(Guid Product, Purchase Refunded, Guid Canceled, Guid Rejected)> _lives = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Every event of the contracts: its type and who publishes it.</summary>
    public static IReadOnlyDictionary<string, string> Publishers { get; } = typeof(IEvent).Assembly.GetTypes()
        .Where(type => type is { IsAbstract: false } && typeof(IEvent).IsAssignableFrom(type))
        .ToDictionary(type => (string)type.GetProperty("Type")!.GetValue(null)!, type => (string)type.GetProperty("Publisher")!.GetValue(null)!);

    /// <summary>One of each.</summary>
    public async Task Live()
    {
        using var admin = await Eventually.Get(shop.Admin, _ => true, Patience);
        var shopkeeper = new Shopper(new Customer(admin, default, "", "", ""));
        var (product, removed) = (await Create(shopkeeper), await Create(shopkeeper));
        await Eventually.True(async () => (await admin.PutAsJsonAsync($"/api/products/{product}", new { name = "Renamed", price = 12.50m }, Stop)).IsSuccessStatusCode, Patience);
        await Eventually.True(async () => (await admin.DeleteAsync($"/api/products/{removed}", Stop)).StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotFound, Patience);
        var customer = await Eventually.Get(() => shop.Customer(), _ => true, Patience);
        var shopper = new Shopper(customer);

        var rejected = await shopper.Buy(product, quantity: 6);
        Assert.Equal("rejected", rejected.Status);
        var canceled = await shopper.CheckOut(product);
        await shopper.Payment(canceled, now => now.Text("status") == "awaiting_payment");
        (await shopper.Repeat("/api/payment/cancel", new { orderId = canceled })).EnsureSuccessStatusCode();
        var bought = await shopkeeper.Refund(await shopper.Buy(product, quantity: 2), 1.00m);
        _lives.Add((product, bought, canceled, rejected.OrderId));
    }

    /// <summary>An order that Payment has lost is asked for: its invoice has been issued, so that it is known there.</summary>
    public async Task Forget()
    {
        var order = _lives[^1].Refunded.OrderId;
        await new Shopper(new Customer(await shop.Admin(), default, "", "", "")).Payment(order, now => now.TryGetProperty("invoiceId", out var id) && id.ValueKind == JsonValueKind.String);
        await shop.PaymentSql("DELETE FROM payments WHERE order_id = $1", order);
        await shop.Reconcile();
    }

    /// <summary>Asserts, within a minute, that every event was heard by everybody who acts on it, and that each order has come to its end.</summary>
    public async Task NothingIsLost()
    {
        foreach (var service in TwinShop.Services)
        {
            var told = await Told(service);
            foreach (var subscriber in TwinShop.Services)
            {
                var meant = told.Where(one => Subscribers[one.Type].Contains(subscriber)).Select(one => one.Id).ToHashSet();
                if (meant.Count > 0)
                    await Eventually.Get(() => Heard(subscriber, meant), missing => missing.Count == 0, Patience, $"{subscriber} hears everything of {service}");
            }

            Assert.Equal(0, await Count(service, "SELECT count(*) FROM dead_letters"));
        }

        foreach (var life in _lives)
        {
            await Eventually.Get(() => Row("products", "SELECT concat_ws('/', stock, reserved) FROM products WHERE id = $1", life.Product), shelf => shelf == "3/0", Patience, "two of five are sold, none is held");
            await Eventually.Get(() => Row("payment", "SELECT concat_ws('/', status, refunded_amount) FROM payments WHERE order_id = $1", life.Refunded.OrderId), end => end == "partially_refunded/100", Patience);
            await Eventually.Get(() => Row("bill", "SELECT string_agg(kind || ' ' || total, ' ' ORDER BY kind) FROM invoices WHERE order_id = $1", life.Refunded.OrderId), bill => bill == "credit_note 100 invoice 2500", Patience);
            Assert.Equal((1, 1, 2500L, 100L), await shop.Ledger(new(life.Refunded.OrderId, life.Product, null!)));
            await Eventually.Get(() => Row("payment", "SELECT status FROM payments WHERE order_id = $1", life.Canceled), end => end == "canceled", Patience);
            await Eventually.Get(() => Row("payment", "SELECT status FROM payments WHERE order_id = $1", life.Rejected), end => end == "rejected", Patience);
        }
    }

    public async Task<IReadOnlyList<(Guid Id, string Type)>> Told(string service)
    {
        await using var database = await shop.Database($"{service}db");
        await using var command = new NpgsqlCommand("SELECT id, type FROM outbox", database);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<(Guid, string)> told = [];
        while (await reader.ReadAsync(Stop))
            told.Add((reader.GetGuid(0), reader.GetString(1)));
        return told;
    }

    private static async Task<Guid> Create(Shopper shopkeeper)
    {
        using var created = await shopkeeper.Repeat("/api/products", new { name = $"Life {Guid.NewGuid():N}", price = 12.50m, stock = 5 });
        created.EnsureSuccessStatusCode();
        return (await created.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetGuid();
    }

    private async Task<List<Guid>> Heard(string subscriber, HashSet<Guid> meant)
    {
        await using var database = await shop.Database($"{subscriber}db");
        await using var command = new NpgsqlCommand("SELECT id FROM unnest($1) AS id WHERE id NOT IN (SELECT id FROM inbox)", database) { Parameters = { new() { Value = meant.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<Guid> missing = [];
        while (await reader.ReadAsync(Stop))
            missing.Add(reader.GetGuid(0));
        return missing;
    }

    private async Task<long> Count(string service, string sql)
    {
        await using var database = await shop.Database($"{service}db");
        await using var command = new NpgsqlCommand(sql, database);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    private async Task<string?> Row(string service, string sql, Guid id)
    {
        await using var database = await shop.Database($"{service}db");
        await using var command = new NpgsqlCommand(sql, database) { Parameters = { new() { Value = id } } };
        return await command.ExecuteScalarAsync(Stop) as string;
    }
}
