using System.Net.Http.Json;
using EShop.Contracts;
using EShop.Tests.Bill;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G6: order does not matter. One order's events reach the real services in one order after the other, and the end is the same in the books of all. What each service makes of each
/// event in each state is tested beside it: Products.StockTests, Cart.ReplicaTests, Payments.PaymentRulesTests, Bill.EventOrderTests.</summary>
public sealed class G6AnyOrderTests(Shop shop)
{
    private const int Stock = 1000;

    private static readonly string[] Events = ["checkout", "paid", "goods", "money"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_orders_events_in_one_order_or_another_end_the_same_in_every_service() => await Tell(orders: 6);

    [Fact(Explicit = true)]
    public async Task An_orders_events_in_every_order_end_the_same_in_every_service() => await Tell(orders: 24);

    private async Task Tell(int orders)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        var product = (await (await shop.Admin()).PostAsJsonAsync("/api/products", new { name = "In any order", price = 19.99m, stock = Stock }, Stop).Ok(201)).GetProperty("id").GetGuid();
        var customer = await shop.Customer();
        string[][] ways = [.. Permutations(Events).OrderBy(_ => random.Next()).Take(orders)];
        var stories = await Task.WhenAll(ways.Select(async way =>
        {
            var order = PaidOrder.Of(customer, "en", new OrderLine(product, "In any order", 3, 1999, 21));
            return (Way: way, Order: order, Charge: await PaidOrder.ChargeAsync(shop, order.Total), Goods: Guid.CreateVersion7(), Money: Guid.CreateVersion7());
        }));

        for (var step = 0; step < Events.Length; step++)
        {
            var told = await Task.WhenAll(stories.Select(async story => (Name: story.Way[step], Id: await (story.Way[step] switch
            {
                "checkout" => PaidOrder.TellAsync(shop, new CartCheckedOut(story.Order)),
                "paid" => PaidOrder.TellAsync(shop, new PaymentSucceeded(story.Order, "pi_1", story.Charge, DateTimeOffset.UtcNow)),
                "goods" => PaidOrder.TellAsync(shop, new PaymentRefunded(story.Order, story.Goods, 1999, [new RefundedLine(product, 1)], Restock: true)),
                _ => PaidOrder.TellAsync(shop, new PaymentRefunded(story.Order, story.Money, 100, null, Restock: false)),
            }))));
            // Only what was heard was heard in this order.
            foreach (var (service, heard) in new[] { ("products", told), ("bill", told), ("payment", [.. told.Where(one => one.Name == "checkout")]), ("cart", [.. told.Where(one => one.Name == "paid")]) })
                await Eventually.Get(() => Count(service, "inbox WHERE id = ANY($1)", [.. heard.Select(one => one.Id)]), count => count == heard.Length, what: $"{service} has heard step {step}");
        }

        foreach (var story in stories)
        {
            var id = story.Order.OrderId;
            var ends = await Eventually.Get(
                async () => new[]
                {
                    await Row("products", "SELECT concat_ws(' ', status, lines->0->>'quantity', lines->0->>'restocked', payment_due, due_refunds::text) FROM reservations WHERE order_id = $1", id),
                    await Row("payment", "SELECT concat_ws(' ', status, invoice_id IS NOT NULL) FROM payments WHERE order_id = $1", id),
                    await Row("bill", "SELECT string_agg(kind || ' ' || total, ' ' ORDER BY kind, total) FROM invoices WHERE order_id = $1", id),
                    await Row("cart", "SELECT (closed_at IS NOT NULL)::text FROM orders WHERE id = $1", id),
                },
                ends => ends.SequenceEqual(["committed 3 1 f []", "awaiting_payment t", "credit_note 100 credit_note 1999 invoice 5997", "true"]),
                TimeSpan.FromSeconds(30), $"{string.Join(", ", story.Way)} ends like the others");
            Assert.Equal(4, ends.Length);
        }

        Assert.Equal($"{Stock - (2 * orders)} 0", await Row("products", "SELECT concat_ws(' ', stock, reserved) FROM products WHERE id = $1", product));
        Assert.Equal(0, await Count("products", "dead_letters WHERE subject = ANY($1::text[])", [.. stories.Select(story => story.Order.OrderId)]));
    }

    private async Task<string?> Row(string service, string sql, Guid id)
    {
        await using var database = await shop.Database($"{service}db");
        await using var command = new NpgsqlCommand(sql, database) { Parameters = { new() { Value = id } } };
        return await command.ExecuteScalarAsync(Stop) as string;
    }

    private async Task<long> Count(string service, string what, Guid[] ids)
    {
        await using var database = await shop.Database($"{service}db");
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {what}", database) { Parameters = { new() { Value = ids } } };
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static IEnumerable<string[]> Permutations(string[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany(first => Permutations([.. items.Where(item => item != first)]).Select(rest => (string[])[first, .. rest]));
}
