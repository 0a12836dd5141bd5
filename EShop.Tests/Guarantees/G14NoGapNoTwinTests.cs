using System.Text.Json;
using EShop.Contracts;
using EShop.Tests.Bill;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G14: invoices are numbered from one on, without gap or twin (credit notes: <see cref="CreditNoteNumberingTests"/>, with a kill).</summary>
// Five hundred jobs, a tenth of them tried again and again: in the shop of the others, whoever buys would wait behind them.
[Collection(nameof(Troubled))]
public sealed class G14NoGapNoTwinTests(Shop shop)
{
    [Fact]
    public async Task Five_hundred_invoices_of_two_replicas_have_numbers_without_gap_or_twin_though_one_job_in_ten_is_rolled_back()
    {
        var customer = await shop.Customer();
        var charge = await PaidOrder.ChargeAsync(shop, 1000);
        await using var database = await shop.Database("billdb");
        await using var replica = await Bills.ReplicaAsync(shop);
        var issued = Orders(customer, 50);
        await QueueAsync(database, issued, charge);
        await IssuedAsync(database, issued);

        // These have their invoice: the database refuses a second one, and with it the whole batch.
        var fresh = Orders(customer, 450);
        var poison = issued.Chunk(5).Zip(fresh.Chunk(45), (bad, good) => good.Concat(bad)).SelectMany(mixed => mixed).ToList();
        await QueueAsync(database, poison, charge);
        await IssuedAsync(database, fresh);
        await using var clean = new NpgsqlCommand("DELETE FROM invoice_jobs WHERE order_id = ANY ($1)", database) { Parameters = { new() { Value = Ids(issued) } } };
        await clean.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await Bills.LeaveUndrawnAsync(shop);

        await using var look = new NpgsqlCommand(
            "SELECT count(*), count(DISTINCT sequence), max(sequence), min(sequence), (SELECT last_number FROM invoice_counters c WHERE c.series = i.series AND c.year = i.year) FROM invoices i GROUP BY series, year", database);
        await using var row = await look.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await row.ReadAsync(TestContext.Current.CancellationToken))
            Assert.Equal((row.GetInt64(0), row.GetInt64(0), row.GetInt64(0), 1L, row.GetInt64(0)), (row.GetInt64(1), row.GetInt32(2), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4)));
    }

    private static List<Order> Orders(Customer customer, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => PaidOrder.Of(customer, "en", new OrderLine(Guid.NewGuid(), "Thing", 1, 1000, 21)))];

    private static Guid[] Ids(IEnumerable<Order> orders) => [.. orders.Select(order => order.OrderId)];

    private static async Task QueueAsync(NpgsqlConnection database, List<Order> orders, string charge)
    {
        await using var queue = new NpgsqlCommand(
            """
            INSERT INTO invoice_jobs (order_id, "order", charge_id, paid_at, due_at, attempts)
            SELECT id, data::jsonb, $3, now(), now(), 0 FROM unnest($1, $2) AS job(id, data)
            """, database)
        {
            Parameters = { new() { Value = Ids(orders) }, new() { Value = orders.Select(order => JsonSerializer.Serialize(order, JsonSerializerOptions.Web)).ToArray() }, new() { Value = charge } },
        };
        await queue.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task IssuedAsync(NpgsqlConnection database, List<Order> orders)
    {
        await using var count = new NpgsqlCommand("SELECT count(*) FROM invoices WHERE order_id = ANY ($1)", database) { Parameters = { new() { Value = Ids(orders) } } };
        await Eventually.True(async () => (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))! == orders.Count, TimeSpan.FromSeconds(120), $"{orders.Count} invoices are issued");
    }
}
