using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Chaos;

/// <summary>The books of Cart, Products, Payment, Bill and the sandbox, laid beside what the clients were told: what was lost, and what was done twice.</summary>
/// <param name="crashes">How often Postgres crashed.</param>
internal sealed class Books(Shop shop, IReadOnlyCollection<Sale> sales, IReadOnlyDictionary<Guid, int> stock, int crashes)
{
    // A minute for what is not paid, and a minute for what is left to do.
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(150);

    private static readonly string[] Databases = ["usersdb", "productsdb", "cartdb", "paymentdb", "billdb"];
    private static readonly string[] Ends = ["succeeded", "partially_refunded", "refunded", "rejected", "canceled"];

    private readonly Guid[] _orders = [.. sales.Select(sale => sale.OrderId)];

    public Figures Figures { get; } = new();

    private sealed record Payment(string Status, long Amount, long Refunded, long Refunding);

    private sealed record Account(int Charges, long Charged, long Refunded, int Refunds);

    private sealed record Documents(int Count, long Total);

    public async Task Check()
    {
        NpgsqlConnection.ClearAllPools();
        var watch = TimeProvider.System.GetTimestamp();
        var payments = await Settled();
        await Shelves(payments);
        await Invoices(payments);
        await NothingWaits();
        Figures.SettledIn = TimeProvider.System.GetElapsedTime(watch);
        await Orders();
        await Charges(payments);
        Figures.Count(sales.Count, payments.Values.Select(payment => payment.Status));
    }

    private async Task<Dictionary<Guid, Payment>> Settled()
    {
        await using var database = await shop.Database("paymentdb");
        Task<Dictionary<Guid, Payment>> Read() => Rows(database,
            "SELECT order_id, status, coalesce((\"order\"->>'total')::bigint, 0), refunded_amount, refunding_amount FROM payments WHERE order_id = ANY($1)",
            row => (row.GetGuid(0), new Payment(row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4))));
        var payments = await Waited(Read, all => all.Count == _orders.Length && all.Values.All(payment => Ends.Contains(payment.Status) && payment.Refunding == 0));
        foreach (var sale in sales)
        {
            if (!payments.TryGetValue(sale.OrderId, out var payment))
                Figures.Lost($"order {sale.OrderId} is known to nobody");
            else if (!Ends.Contains(payment.Status) || payment.Refunding != 0)
                Figures.Lost($"order {sale.OrderId} does not end: {payment}");
            else if (payment.Amount != Minor(sale.Total))
                Figures.Wrong($"order {sale.OrderId}: {sale.Total} at the checkout, {payment}");
            else if (sale.ToldPaid && payment.Status is ("rejected" or "canceled"))
                Figures.Lost($"order {sale.OrderId}: the buyer was told that it is paid, and it is {payment.Status}");
            else if (payment.Status == "partially_refunded" && payment.Refunded != Minor(sale.PaidBack.Amount))
                Figures.Wrong($"order {sale.OrderId}: {sale.PaidBack.Amount} were to go back, {payment}");
            else if (payment.Status == "succeeded" && sale.PaidBack.Times > 0)
                Figures.Lost($"order {sale.OrderId}: a refund of {sale.PaidBack.Amount} was promised");
        }

        return payments;
    }

    private async Task Shelves(Dictionary<Guid, Payment> payments)
    {
        await using var database = await shop.Database("productsdb");
        var expected = stock.ToDictionary(product => product.Key, product => product.Value
            - sales.Sum(sale => payments.TryGetValue(sale.OrderId, out var payment) ? sale.Sold(product.Key, payment.Status) : 0));
        var shelves = await Waited(
            () => Rows(database, "SELECT id, stock, reserved FROM products WHERE id = ANY($1)", row => (row.GetGuid(0), (Stock: row.GetInt32(1), Reserved: row.GetInt32(2))), [.. stock.Keys]),
            all => expected.All(product => all.TryGetValue(product.Key, out var shelf) && shelf == (product.Value, 0)));
        foreach (var (product, pieces) in expected)
        {
            var shelf = shelves.GetValueOrDefault(product);
            if (shelf.Stock < pieces)
                Figures.Lost($"product {product}: {pieces - shelf.Stock} pieces are gone that nobody has");
            if (shelf.Stock > pieces)
                Figures.Twice($"product {product}: {shelf.Stock - pieces} pieces were sold that are still there");
            if (shelf.Reserved != 0)
                Figures.Lost($"product {product}: {shelf.Reserved} pieces are held for no order");
        }
    }

    private async Task Invoices(Dictionary<Guid, Payment> payments)
    {
        await using var database = await shop.Database("billdb");
        Task<Dictionary<Guid, Documents>> Issued(string kind) => Rows(database,
            $"SELECT order_id, count(*)::int, sum(total)::bigint FROM invoices WHERE order_id = ANY($1) AND kind = '{kind}' GROUP BY order_id",
            row => (row.GetGuid(0), new Documents(row.GetInt32(1), row.GetInt64(2))));
        var paid = payments.Where(payment => payment.Value.Status is "succeeded" or "partially_refunded" or "refunded").ToDictionary();
        var back = paid.Where(payment => payment.Value.Refunded > 0).ToDictionary();
        var invoices = await Waited(() => Issued("invoice"), all => all.Count == paid.Count);
        var notes = await Waited(() => Issued("credit_note"), all => back.All(order => all.GetValueOrDefault(order.Key)?.Total == order.Value.Refunded));
        foreach (var (order, payment) in paid)
        {
            Compare($"invoice of {order}", invoices.GetValueOrDefault(order), payment.Amount);
            if (payment.Refunded > 0)
                Compare($"credit note of {order}", notes.GetValueOrDefault(order), payment.Refunded, several: true);
        }

        foreach (var order in invoices.Keys.Except(paid.Keys))
            Figures.Wrong($"order {order} was not sold and is invoiced");
        foreach (var order in notes.Keys.Except(back.Keys))
            Figures.Wrong($"order {order} has a credit note for nothing");
        (Figures.Invoices, Figures.CreditNotes) = (invoices.Values.Sum(one => one.Count), notes.Values.Sum(one => one.Count));
        if (!await Ask<bool>(database, "SELECT coalesce(bool_and(whole), true) FROM (SELECT count(*) = max(sequence) AND count(DISTINCT sequence) = count(*) AS whole FROM invoices GROUP BY series, year) AS each"))
            Figures.Wrong("the numbers of the invoices or of the credit notes have a gap or a twin");
    }

    private void Compare(string what, Documents? found, long total, bool several = false)
    {
        if (found is null || found.Total < total)
            Figures.Lost($"{what}: {total} expected, {found}");
        else if (found.Total > total || (found.Count > 1 && !several))
            Figures.Twice($"{what}: {total} expected, {found}");
    }

    /// <summary>No event waits to be published, and none was set aside; no order counts as open.</summary>
    private async Task NothingWaits()
    {
        foreach (var name in Databases)
        {
            await using var database = await shop.Database(name);
            var waiting = await Waited(() => Ask<long>(database, "SELECT count(*) FROM outbox WHERE published_at IS NULL"), count => count == 0);
            if (waiting > 0)
                Figures.Lost($"{name}: {waiting} events are not published");
            if (await Ask<long>(database, "SELECT count(*) FROM dead_letters") is var dead and > 0)
                Figures.Lost($"{name}: {dead} events were set aside: {await Ask<string>(database, "SELECT string_agg(type || ' ' || error, '; ') FROM dead_letters")}");
        }

        await using var cart = await shop.Database("cartdb");
        var open = await Waited(() => Ask<long>(cart, "SELECT count(*) FROM orders WHERE closed_at IS NULL AND id = ANY($1)"), count => count == 0);
        if (open > 0)
            Figures.Lost($"{open} orders count as open in Cart");
    }

    private async Task Orders()
    {
        await using var cart = await shop.Database("cartdb");
        var placed = await Rows(cart, "SELECT user_id, count(*)::int FROM orders WHERE user_id = ANY($1) GROUP BY user_id", row => (row.GetGuid(0), row.GetInt32(1)), [.. sales.Select(sale => sale.Buyer).Distinct()]);
        foreach (var buyer in sales.GroupBy(sale => sale.Buyer))
        {
            if (placed.GetValueOrDefault(buyer.Key) is var count && count != buyer.Count())
                Figures.Twice($"customer {buyer.Key} was told of {buyer.Count()} orders and has {count}");
        }

        var lines = await Rows(cart,
            "SELECT id, (SELECT string_agg(line->>'productId' || ' × ' || (line->>'quantity'), ', ' ORDER BY line->>'productId' COLLATE \"C\") FROM jsonb_array_elements(content->'lines') AS line) FROM orders WHERE id = ANY($1)",
            row => (row.GetGuid(0), row.GetString(1)));
        foreach (var sale in sales)
        {
            var shown = string.Join(", ", sale.Lines.Select(line => $"{line.Key} × {line.Value}").Order(StringComparer.Ordinal));
            if (lines.GetValueOrDefault(sale.OrderId) != shown)
                Figures.Wrong($"order {sale.OrderId} is of {lines.GetValueOrDefault(sale.OrderId)}, and its buyer is shown {shown}");
        }

        // Edits of a cart may be lost with a crash of Postgres, which each buyer has one cart for, and with nothing else.
        Figures.OtherCarts = sales.Count(sale => !sale.IsAsPutIn);
        if (Figures.OtherCarts > crashes * sales.Select(sale => sale.Buyer).Distinct().Count())
            Figures.Lost($"{Figures.OtherCarts} orders are not what was put into the cart, and Postgres crashed {crashes} times");
        if (sales.GroupBy(sale => sale.OrderId).Count(order => order.Count() > 1) is var same and > 0)
            Figures.Wrong($"{same} orders were the answer of more than one checkout");
    }

    private async Task Charges(Dictionary<Guid, Payment> payments)
    {
        using var sandbox = shop.Client("stripe");
        var told = await Eventually.Get(() => sandbox.GetFromJsonAsync<JsonElement>("/sandbox/ledger", TestContext.Current.CancellationToken), _ => true, Within, "the sandbox shows its ledger");
        var chargeOf = told.GetProperty("charges").EnumerateArray().ToDictionary(charge => charge.GetProperty("id").GetString()!, charge => charge.GetProperty("metadata"));
        var refunds = told.GetProperty("refunds").EnumerateArray().Where(refund => refund.GetProperty("status").GetString() == "succeeded")
            .CountBy(refund => chargeOf[refund.GetProperty("charge").GetString()!].GetProperty("orderId").GetGuid()).ToDictionary();
        var ledger = told.GetProperty("orders").EnumerateArray().ToDictionary(order => order.GetProperty("orderId").GetGuid(), order => new Account(
            order.GetProperty("succeededCharges").GetInt32(), order.GetProperty("charged").GetInt64(), order.GetProperty("refunded").GetInt64(), refunds.GetValueOrDefault(order.GetProperty("orderId").GetGuid())));
        foreach (var sale in sales)
        {
            if (!payments.TryGetValue(sale.OrderId, out var payment))
                continue;
            var account = ledger.GetValueOrDefault(sale.OrderId) ?? new(0, 0, 0, 0);
            var isSold = payment.Status is "succeeded" or "partially_refunded" or "refunded";
            if (account.Charges > 1)
                Figures.Twice($"order {sale.OrderId} was charged {account.Charges} times");
            if (isSold && account.Charged < payment.Amount)
                Figures.Lost($"order {sale.OrderId} is {payment.Status} and was charged {account}");
            if (account.Refunded != payment.Refunded || (!isSold && account.Charged != account.Refunded))
                Figures.Wrong($"order {sale.OrderId} is {payment}, and Stripe says {account}");
            // A cancel refunds what is left once more; what was paid too late goes back at once.
            var most = sale.PaidBack.Times + (payment.Status is "refunded" or "canceled" ? 1 : 0);
            if (account.Refunds > most)
                Figures.Twice($"order {sale.OrderId} was refunded {account.Refunds} times, where {most} were asked for");
        }

        Figures.Refunds = refunds.Values.Sum();
        Figures.Charges = ledger.Values.Sum(account => account.Charges);
    }

    private static long Minor(decimal amount) => (long)(amount * 100);

    // What does not come in time is not the end: what is missing is said of each order.
    private static async Task<T> Waited<T>(Func<Task<T>> ask, Func<T, bool> isGood)
    {
        try
        {
            return await Eventually.Get(ask, isGood, Within);
        }
        catch (TimeoutException)
        {
            return await ask();
        }
    }

    private Task<Dictionary<Guid, T>> Rows<T>(NpgsqlConnection database, string sql, Func<NpgsqlDataReader, (Guid, T)> read) => Rows(database, sql, read, _orders);

    private static async Task<Dictionary<Guid, T>> Rows<T>(NpgsqlConnection database, string sql, Func<NpgsqlDataReader, (Guid, T)> read, Guid[] ids)
    {
        await Reopen(database);
        await using var command = new NpgsqlCommand(sql, database) { Parameters = { new() { Value = ids } } };
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new Dictionary<Guid, T>();
        while (await row.ReadAsync(TestContext.Current.CancellationToken))
        {
            var (id, value) = read(row);
            rows[id] = value;
        }

        return rows;
    }

    // The pool may hold connections to a server that was killed meanwhile.
    private static async Task Reopen(NpgsqlConnection database)
    {
        if (database.State == System.Data.ConnectionState.Open)
            return;
        await database.CloseAsync();
        await database.OpenAsync(TestContext.Current.CancellationToken);
    }

    private async Task<T> Ask<T>(NpgsqlConnection database, string sql)
    {
        await Reopen(database);
        await using var command = new NpgsqlCommand(sql, database);
        if (sql.Contains("$1", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = _orders });
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
