using System.Text.Json;
using EShop.Contracts;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Bill;

// Hundreds of credit notes by two processes: in the shop of the others, whoever buys would wait behind them.
[Collection(nameof(Troubled))]
public sealed class CreditNoteNumberingTests(Shop shop)
{
    private const int Orders = 20;
    private const int RefundsEach = 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Four_hundred_refunds_of_twenty_invoices_at_two_replicas_of_which_one_is_killed_have_numbers_without_gap_or_twin_though_some_are_refused()
    {
        var customer = await shop.Customer();
        var orders = Enumerable.Range(0, Orders).Select(_ => PaidOrder.Of(customer, "en", new OrderLine(Guid.NewGuid(), "Thing", RefundsEach, 1000, 21), new OrderLine(Guid.NewGuid(), "Food", 1, 333, 10))).ToList();
        var charge = await PaidOrder.ChargeAsync(shop, 1000);
        await using var database = await shop.Database("billdb");
        await using (var replica = await Bills.ReplicaAsync(shop))
        {
            foreach (var order in orders)
                await PaidOrder.TellAsync(shop, new PaymentSucceeded(order, "pi_1", charge, DateTimeOffset.UtcNow));
            await CountedAsync(database, orders, "invoice", Orders);

            // These have their credit note: the database refuses a second one, and with it the whole batch.
            var twins = orders.Select(order => ByAmount(order, 1)).ToList();
            await QueueAsync(database, twins);
            await CountedAsync(database, orders, "credit_note", Orders);

            var refunds = Enumerable.Range(0, RefundsEach - 1).SelectMany(i => orders.Select(order => i % 2 == 0 ? ByAmount(order, 700 + i) : ByLines(order)));
            await QueueAsync(database, [.. refunds.Concat(twins).Concat(orders.Select(order => ByAmount(order, order.Total)))]);
            await CountedAsync(database, orders, "credit_note", Orders * RefundsEach / 3);
        }

        await CountedAsync(database, orders, "credit_note", Orders * RefundsEach);
        // What is left: the twins, and what is more than its invoice.
        await using var waiting = Of("SELECT count(*) FROM due_credit_notes WHERE order_id = ANY ($1)", database, orders);
        Assert.Equal(2L * Orders, await waiting.ExecuteScalarAsync(Ct));
        await using var clean = Of("DELETE FROM due_credit_notes WHERE order_id = ANY ($1)", database, orders);
        await clean.ExecuteNonQueryAsync(Ct);
        await Bills.LeaveUndrawnAsync(shop);

        await using var look = new NpgsqlCommand(
            """
            SELECT count(*), count(DISTINCT sequence), max(sequence), min(sequence), (SELECT last_number FROM invoice_counters c WHERE c.series = i.series AND c.year = i.year), bool_and(in_order)
            FROM (SELECT *, issued_at >= lag(issued_at, 1, '-infinity') OVER (PARTITION BY series, year ORDER BY sequence) AS in_order FROM invoices) i GROUP BY series, year
            """, database);
        await using var row = await look.ExecuteReaderAsync(Ct);
        while (await row.ReadAsync(Ct))
        {
            Assert.Equal((row.GetInt64(0), row.GetInt64(0), row.GetInt64(0), 1L, row.GetInt64(0)), (row.GetInt64(1), row.GetInt32(2), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4)));
            Assert.True(row.GetBoolean(5), "A later number has an earlier time.");
        }
        await row.CloseAsync();

        await using var exceeded = Of(
            """
            WITH rates AS (SELECT order_id, kind, (rate->>'taxRate')::numeric AS tax_rate, (rate->>'net')::bigint AS net, (rate->>'tax')::bigint AS tax
                           FROM invoices, jsonb_array_elements(document->'rates') AS rate WHERE order_id = ANY ($1))
            SELECT count(*) FROM (
                SELECT FROM rates GROUP BY order_id, tax_rate
                HAVING sum(net) FILTER (WHERE kind = 'credit_note') > sum(net) FILTER (WHERE kind = 'invoice') OR sum(tax) FILTER (WHERE kind = 'credit_note') > sum(tax) FILTER (WHERE kind = 'invoice')) AS beyond
            """, database, orders);
        Assert.Equal(0L, await exceeded.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task While_another_process_has_a_number_that_it_may_give_back_nobody_takes_the_next_one()
    {
        var customer = await shop.Customer();
        var orders = Enumerable.Range(0, 2).Select(_ => PaidOrder.Of(customer, "en", new OrderLine(Guid.NewGuid(), "Thing", 1, 1000, 21))).ToList();
        foreach (var order in orders)
            await PaidOrder.PayAsync(shop, order);
        await using var database = await shop.Database("billdb");
        await CountedAsync(database, orders, "invoice", 2);
        // There was a number before.
        await PaidOrder.TellAsync(shop, ByAmount(orders[1], 1));
        await CountedAsync(database, orders, "credit_note", 1);
        await using (var other = await database.BeginTransactionAsync(Ct))
        {
            await Bills.TakeBackAsync(database, orders[0].OrderId);
            await PaidOrder.TellAsync(shop, ByAmount(orders[1], 999));
            await Bills.BlockedByAsync(shop, database);
            await other.CommitAsync(Ct);
        }

        await CountedAsync(database, orders, "credit_note", 3);
        await using var numbers = Of("SELECT max(sequence) FILTER (WHERE order_id = $1[2]) - max(sequence) FILTER (WHERE order_id = $1[1]) FROM invoices WHERE order_id = ANY ($1) AND kind = 'credit_note'", database, orders);
        Assert.Equal(1, await numbers.ExecuteScalarAsync(Ct));
    }

    private static PaymentRefunded ByAmount(Order order, long amount) => new(order, Guid.CreateVersion7(), amount, null, false);

    private static PaymentRefunded ByLines(Order order) => new(order, Guid.CreateVersion7(), order.Lines[0].UnitPrice, [new(order.Lines[0].ProductId, 1)], true);

    private static NpgsqlCommand Of(string sql, NpgsqlConnection database, List<Order> orders) =>
        new(sql, database) { Parameters = { new() { Value = orders.Select(order => order.OrderId).ToArray() } } };

    private static async Task QueueAsync(NpgsqlConnection database, List<PaymentRefunded> refunds)
    {
        await using var queue = new NpgsqlCommand(
            "INSERT INTO due_credit_notes (refund_id, order_id, refund, received_at, due_at, attempts) SELECT id, order_id, data::jsonb, now(), now(), 0 FROM unnest($1, $2, $3) AS due(id, order_id, data)", database)
        {
            Parameters =
            {
                new() { Value = refunds.Select(refund => refund.RefundId).ToArray() },
                new() { Value = refunds.Select(refund => refund.Order.OrderId).ToArray() },
                new() { Value = refunds.Select(refund => JsonSerializer.Serialize(refund, JsonSerializerOptions.Web)).ToArray() },
            },
        };
        await queue.ExecuteNonQueryAsync(Ct);
    }

    private static async Task CountedAsync(NpgsqlConnection database, List<Order> orders, string kind, long atLeast)
    {
        await using var count = Of("SELECT count(*) FROM invoices WHERE order_id = ANY ($1) AND kind = $2", database, orders);
        count.Parameters.Add(new() { Value = kind });
        await Eventually.True(async () => (long)(await count.ExecuteScalarAsync(Ct))! >= atLeast, TimeSpan.FromSeconds(120), $"there are {atLeast} of kind {kind}");
    }
}
