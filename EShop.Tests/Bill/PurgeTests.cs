using EShop.Bill;
using EShop.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace EShop.Tests.Bill;

public sealed class PurgeTests(Shop shop)
{
    [Fact]
    public async Task An_order_that_was_never_paid_is_forgotten_after_thirty_days_and_no_other()
    {
        Guid[] orders = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        await using var database = NpgsqlDataSource.Create(await shop.ConnectionString("billdb"));
        await using var known = database.CreateCommand("INSERT INTO orders (order_id, created_at, paid_at) VALUES ($1, now() - interval '31 days', NULL), ($2, now() - interval '29 days', NULL), ($3, now() - interval '99 days', now())");
        await using var left = database.CreateCommand("SELECT order_id FROM orders WHERE order_id IN ($1, $2, $3)");
        foreach (var order in orders)
        {
            known.Parameters.AddWithValue(order);
            left.Parameters.AddWithValue(order);
        }

        await known.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        using var purge = new PurgeUnpaid(database, TimeProvider.System, NullLogger<PurgeUnpaid>.Instance);
        await purge.PurgeAsync(TestContext.Current.CancellationToken);

        List<Guid> kept = [];
        await using var rows = await left.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
            kept.Add(rows.GetGuid(0));
        Assert.Equal(orders[1..].Order(), kept.Order());
    }
}
