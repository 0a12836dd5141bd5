using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Cart;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>An order that somebody has placed.</summary>
internal sealed record Placed(Guid Id, Guid Product, Customer Buyer)
{
    public HttpClient Client => Buyer.Client;
}

/// <summary>Orders, and how they are paid, for the tests of Payment.</summary>
internal static class Orders
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>An order of one mug at 12.50 out of five, or of more, whose stock is held: it can be paid.</summary>
    public static async Task<Placed> Order(this Shop shop, int quantity = 1, Customer? buyer = null)
    {
        var created = await (await shop.Admin()).PostAsJsonAsync("/api/products", new { name = "Taza «Año nuevo»", price = 12.50m, stock = 5 }, Stop).Ok(201);
        var product = created.GetProperty("id").GetGuid();
        buyer ??= await shop.Customer();
        await Eventually.True(async () =>
        {
            using var added = await buyer.Client.Add(product, quantity);
            return added.IsSuccessStatusCode;
        });
        var order = new Placed((await buyer.Client.CheckOut().Ok(202)).GetProperty("orderId").GetGuid(), product, buyer);
        await order.Becomes("awaiting_payment");
        return order;
    }

    /// <summary>An order that Products has rejected: it has never heard of the product.</summary>
    public static async Task<Placed> RejectedOrder(this Shop shop)
    {
        var (product, buyer) = (await shop.Replica(), await shop.Customer());
        await buyer.Client.Add(product).Ok();
        var order = new Placed((await buyer.Client.CheckOut().Ok(202)).GetProperty("orderId").GetGuid(), product, buyer);
        await order.Becomes("rejected");
        return order;
    }

    public static Task<HttpResponseMessage> Pay(this Placed order, string? method = "pm_card_visa", string? key = null, HttpClient? by = null) =>
        (by ?? order.Client).Send(HttpMethod.Post, "/api/payment", new { orderId = order.Id, paymentMethod = method }, ("Idempotency-Key", key));

    public static Task<HttpResponseMessage> Cancel(this Placed order, string? reason = null, string? key = null, HttpClient? by = null) =>
        (by ?? order.Client).Send(HttpMethod.Post, "/api/payment/cancel", new { orderId = order.Id, reason }, ("Idempotency-Key", key));

    /// <summary>A refund of so many mugs, or of an amount, by the admin.</summary>
    public static async Task<HttpResponseMessage> Refund(this Shop shop, Placed order, int? quantity = null, decimal? amount = null, bool? restock = null, string? key = null) =>
        await (await shop.Admin()).Send(HttpMethod.Post, "/api/payment/refund", new
        {
            orderId = order.Id,
            lines = quantity is { } pieces ? new[] { new { productId = order.Product, quantity = pieces } } : null,
            amount,
            restock,
        }, ("Idempotency-Key", key));

    public static Task<HttpResponseMessage> Get(this Placed order, HttpClient? by = null) => (by ?? order.Client).Send(HttpMethod.Get, $"/api/payment/{order.Id}");

    /// <summary>The payment once it has this status.</summary>
    public static Task<JsonElement> Becomes(this Placed order, string status, TimeSpan? within = null) => Eventually.Get(
        () => order.Get().Ok(), payment => payment.Text("status") == status, within, what: $"order {order.Id} becomes {status}");

    public static string? Text(this JsonElement json, string member) => json.GetProperty(member).GetString();

    public static string[] Steps(this JsonElement payment) => [.. payment.GetProperty("history").EnumerateArray().Select(step => step.Text("status")!)];

    /// <summary>The intent that the payment's client secret belongs to.</summary>
    public static string Intent(this JsonElement payment) => payment.Text("clientSecret")!.Split("_secret_")[0];

    /// <summary>What the sandbox has of the order: intents, succeeded charges, what was charged and refunded in minor units.</summary>
    public static async Task<(int Intents, int Charges, long Charged, long Refunded)> Ledger(this Shop shop, Placed order)
    {
        var ledger = await shop.Client("stripe").GetFromJsonAsync<JsonElement>($"/sandbox/ledger?orderId={order.Id}", Stop);
        var total = ledger.GetProperty("orders").EnumerateArray().FirstOrDefault();
        return total.ValueKind == JsonValueKind.Undefined
            ? default
            : (total.GetProperty("intents").GetInt32(), total.GetProperty("succeededCharges").GetInt32(), total.GetProperty("charged").GetInt64(), total.GetProperty("refunded").GetInt64());
    }

    /// <summary>On the shelf, held, and to be had of the order's product.</summary>
    public static async Task<(int Stock, int Reserved, int Available)> Stock(this Placed order)
    {
        var product = await order.Client.GetFromJsonAsync<JsonElement>($"/api/products/{order.Product}", Stop);
        return (product.GetProperty("stock").GetInt32(), product.GetProperty("reserved").GetInt32(), product.GetProperty("available").GetInt32());
    }

    /// <summary>The events of this type that Payment has told of the order, oldest first.</summary>
    public static async Task<IReadOnlyList<JsonElement>> Told(this Shop shop, Placed order, string type)
    {
        await using var connection = await shop.Database("paymentdb");
        await using var command = new NpgsqlCommand("SELECT data FROM outbox WHERE subject = $1 AND type = $2 ORDER BY id", connection)
        {
            Parameters = { new() { Value = order.Id.ToString() }, new() { Value = type } },
        };
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<JsonElement> told = [];
        while (await reader.ReadAsync(Stop))
            told.Add(JsonDocument.Parse(reader.GetString(0)).RootElement);
        return told;
    }

    /// <summary>Asks as the contract wants it, with one key until the answer counts; each answer within five seconds, and none a fault of ours.</summary>
    public static async Task Asked(Func<string, Task<HttpResponseMessage>> ask)
    {
        var (key, deadline) = (Guid.NewGuid().ToString(), Stopwatch.StartNew());
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        do
        {
            var watch = Stopwatch.StartNew();
            using var answer = await ask(key);
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
            if (answer.IsSuccessStatusCode)
                return;
            Assert.True(answer.Headers.RetryAfter is not null, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Stop)}");
        }
        while (deadline.Elapsed < TimeSpan.FromMinutes(1) && await pause.WaitForNextTickAsync(Stop));
        Assert.Fail("No answer that counts within a minute.");
    }

    /// <summary>Trouble at Stripe for one intent alone, so that it meets no other test's.</summary>
    public static async Task Trouble(this Shop shop, string intent, object fault)
    {
        var json = JsonSerializer.SerializeToNode(fault)!.AsObject();
        json["path"] = $"/v1/payment_intents/{intent}/confirm";
        (await shop.Client("stripe").PostAsJsonAsync("/sandbox/faults", json, Stop)).EnsureSuccessStatusCode();
    }

    public static async Task<int> PaymentSql(this Shop shop, string sql, params object[] parameters)
    {
        await using var connection = await shop.Database("paymentdb");
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteNonQueryAsync(Stop);
    }
}
