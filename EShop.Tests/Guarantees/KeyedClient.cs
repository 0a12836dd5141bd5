using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>What one purchase of a script is: what is bought, how it is paid, and what comes after.</summary>
internal sealed record Step((int Product, int Quantity)[] Lines, bool IsDeclinedFirst, bool IsPaid, string After)
{
    public static Step Of(Random random, int products) => new(
        [.. Enumerable.Range(0, products).OrderBy(_ => random.Next()).Take(random.Next(1, 3)).Select(product => (product, random.Next(1, 4)))],
        IsDeclinedFirst: random.Next(4) == 0,
        IsPaid: random.Next(5) > 0,
        (string[])["keep", "cancel", "money", "goods", "goods and money"] is var after ? after[random.Next(after.Length)] : "");
}

/// <summary>A customer, with a shelf and an admin of its own, who does what a script says. It sends every keyed request once; or, given chance, up to five times under its key: at once,
/// or later after others.</summary>
internal sealed class KeyedClient(Shop shop, Customer customer, HttpClient admin, Random? chance)
{
    private readonly List<Guid> _products = [];
    private readonly List<Guid> _orders = [];
    private readonly List<(int DueIn, Func<Task> Again)> _later = [];

    public int Orders => _orders.Count;

    public int Repeated { get; private set; }

    public async Task Stock(int products)
    {
        for (var n = 0; n < products; n++)
        {
            var created = await Ask(admin, "/api/products", new { name = $"Repeated {n}", price = 10.00m + n, stock = 40 });
            _products.Add(created.GetProperty("id").GetGuid());
        }

        await Eventually.True(async () => await Count("cartdb", "products WHERE id", _products) == products, what: "Cart knows the products");
    }

    public async Task Do(Step step)
    {
        foreach (var (product, quantity) in step.Lines)
            await Ask(customer.Client, "/api/cart", new { productId = _products[product], quantity });
        var orderId = (await Ask(customer.Client, "/api/cart/checkout", new { })).GetProperty("orderId").GetGuid();
        _orders.Add(orderId);
        if (await Status(orderId, status => status != "awaiting_stock") == "rejected")
        {
            // What has run out comes in again.
            foreach (var (product, _) in step.Lines)
                await Ask(admin, $"/api/products/{_products[product]}/stock", new { delta = 20, reason = "delivered" });
            return;
        }

        if (step.IsPaid)
        {
            if (step.IsDeclinedFirst)
                await Ask(customer.Client, "/api/payment", new { orderId, paymentMethod = "pm_card_visa_chargeDeclined" });
            await Ask(customer.Client, "/api/payment", new { orderId, paymentMethod = "pm_card_visa" });
            await Status(orderId, status => status == "succeeded");
        }

        if (step.After == "cancel" || !step.IsPaid)
            await Ask(customer.Client, "/api/payment/cancel", new { orderId });
        if (step.IsPaid && step.After.StartsWith("goods", StringComparison.Ordinal))
            await Ask(admin, "/api/payment/refund", new { orderId, lines = new[] { new { productId = _products[step.Lines[0].Product], quantity = 1 } } });
        if (step.IsPaid && step.After.EndsWith("money", StringComparison.Ordinal))
            await Ask(admin, "/api/payment/refund", new { orderId, amount = 1.00m });
    }

    /// <summary>Sends what is still to be repeated.</summary>
    public async Task Finish()
    {
        foreach (var (_, again) in _later)
            await again();
        _later.Clear();
    }

    /// <summary>What the five services and the sandbox have of it, without what differs between two who do the same: ids and times.</summary>
    public async Task<string> Books()
    {
        var ledger = await shop.Client("stripe").GetFromJsonAsync<JsonElement>("/sandbox/ledger", TestContext.Current.CancellationToken);
        var charged = ledger.GetProperty("orders").EnumerateArray().ToLookup(
            order => Guid.Parse(order.GetProperty("orderId").GetString()!),
            order => $"{order.GetProperty("intents")} intents, {order.GetProperty("succeededCharges")} charges of {order.GetProperty("charged")}, {order.GetProperty("refunded")} back");
        List<string> books = [$"{await Count("cartdb", "orders WHERE user_id", [customer.Id])} orders, {await Count("productsdb", "products WHERE id", _products)} products"];
        books.Add(await Rows("productsdb", "SELECT id, concat_ws('/', stock, reserved) FROM products WHERE id = ANY($1)", _products));
        books.Add(await Rows("productsdb", "SELECT order_id, status FROM reservations WHERE order_id = ANY($1)", _orders));
        books.Add(await Rows("paymentdb", "SELECT order_id, concat_ws('/', status, \"order\"->>'total', refunded_amount) FROM payments WHERE order_id = ANY($1)", _orders));
        books.Add(string.Join(", ", _orders.Select((order, n) => $"{n}: {string.Join('+', charged[order])}")));
        books.Add(await Rows("billdb", "SELECT order_id, string_agg(kind || ' ' || total, '+' ORDER BY kind, total) FROM invoices WHERE order_id = ANY($1) GROUP BY order_id", _orders));
        return string.Join('\n', books);
    }

    /// <summary>How many paid orders have no invoice yet, and refunds no credit note.</summary>
    public async Task<bool> IsBilled() =>
        await Count("billdb", "invoices WHERE kind = 'invoice' AND order_id", _orders) == await Count("paymentdb", "payments WHERE status IN ('succeeded', 'partially_refunded', 'refunded') AND order_id", _orders)
        && await Count("billdb", "invoices WHERE kind = 'credit_note' AND order_id", _orders) == await Count("paymentdb", "refunds WHERE order_id", _orders)
        && await Count("productsdb", "reservations WHERE status = 'reserved' AND order_id", _orders) == 0;

    private async Task<JsonElement> Ask(HttpClient by, string path, object body)
    {
        var (shopper, key) = (new Shopper(customer with { Client = by }), Guid.NewGuid().ToString());
        var times = chance?.Next(5) ?? 0;
        var later = Enumerable.Range(0, times).Count(_ => chance!.Next(2) == 0);
        var answers = await Task.WhenAll(Enumerable.Range(0, 1 + times - later).Select(_ => Answered()));
        var first = answers[0];
        Assert.All(answers, answer => Assert.Equal(first, answer));
        Repeated += times;
        for (var n = 0; n < later; n++)
            _later.Add((chance!.Next(1, 12), async () => Assert.Equal(first, await Answered())));
        await Due();
        return JsonSerializer.Deserialize<JsonElement>(first.Body);

        async Task<(int Status, string Body)> Answered()
        {
            using var answer = await shopper.Repeat(path, body, key);
            var said = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode is (>= 200 and < 300) or 402 or 409, $"{path}: {(int)answer.StatusCode} {said}");
            return ((int)answer.StatusCode, said);
        }
    }

    private async Task Due()
    {
        var due = _later.Where(later => later.DueIn <= 1).ToList();
        var waiting = _later.Where(later => later.DueIn > 1).Select(later => (later.DueIn - 1, later.Again)).ToList();
        _later.Clear();
        _later.AddRange(waiting);
        foreach (var (_, again) in due)
            await again();
    }

    private async Task<string> Status(Guid orderId, Func<string, bool> isWanted) =>
        (await new Shopper(customer).Payment(orderId, now => isWanted(now.GetProperty("status").GetString()!))).GetProperty("status").GetString()!;

    private async Task<string> Rows(string database, string sql, List<Guid> ids)
    {
        await using var connection = await shop.Database(database);
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = ids.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<(int Number, string Row)> rows = [];
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add((ids.IndexOf(reader.GetGuid(0)), reader.GetString(1)));
        return string.Join(", ", rows.Order().Select(row => $"{row.Number}: {row.Row}"));
    }

    private async Task<long> Count(string database, string what, IReadOnlyCollection<Guid> ids)
    {
        await using var connection = await shop.Database(database);
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {what} = ANY($1)", connection) { Parameters = { new() { Value = ids.ToArray() } } };
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
