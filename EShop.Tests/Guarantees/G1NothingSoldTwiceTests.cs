using System.Collections.Concurrent;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G1: on the shelf, sold and reserved are together what there was, whoever comes at once. Alone, since a stampede would be the load of every other test.</summary>
[Collection(nameof(Alone))]
public sealed class G1NothingSoldTwiceTests(Shop shop)
{
    [Fact]
    public async Task A_stampede_of_64_clients_after_twenty_pieces_sells_twenty_and_is_answered() => await Sells(pieces: 20, checkouts: 320);

    [Fact(Explicit = true)]
    public async Task Ten_thousand_checkouts_of_64_clients_after_a_hundred_pieces_sell_a_hundred_and_are_answered_within_five_seconds()
    {
        var stampede = await Sells(pieces: 100, checkouts: 10_000);
        Assert.InRange(stampede.Percentile(99), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Sixteen_clients_after_what_runs_out_get_exactly_what_was_there()
    {
        var rush = await Rush.Prepare(shop, products: 5, stock: 50, clients: 16);
        await rush.Run(purchases: 200, mayEnd: () => true);

        await rush.NothingIsLostAndNothingTwice();
        Assert.Contains(rush.Purchases, purchase => purchase.Status == "rejected");
    }

    [Fact(Explicit = true)]
    public async Task A_thousand_checkouts_of_64_clients_after_fifty_pieces_sell_fifty_while_a_service_is_killed_every_one_to_three_seconds()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        var rush = await Rush.Prepare(shop, products: 1, stock: 50, clients: 64);
        var kills = await Kills.Amid(shop, mayEnd => rush.Run(purchases: 1000, mayEnd), random: new Random(seed));

        var sold = rush.Purchases.Where(purchase => purchase.IsPaid).Sum(purchase => purchase.Quantity);
        TestContext.Current.TestOutputHelper!.WriteLine($"{rush.Purchases.Count} purchases, {kills} kills, {sold} pieces sold");
        Assert.Equal(50, sold);
        // How long a whole purchase takes while one service after the other is gone is no promise.
        await rush.NothingIsLostAndNothingTwice(inTime: false);
        Assert.Contains(rush.Purchases, purchase => purchase.Status == "rejected");
    }

    private async Task<Stampede> Sells(int pieces, int checkouts)
    {
        var rush = await Rush.Prepare(shop, products: 1, stock: pieces);
        // Not all at once, since how many passwords are hashed at a time is bounded.
        var customers = new ConcurrentBag<Customer>();
        await Parallel.ForAsync(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, _) => customers.Add(await shop.Customer()));
        var stampede = new Stampede(shop, rush.Products[0], [.. customers]);

        await stampede.Run(checkouts);

        TestContext.Current.TestOutputHelper!.WriteLine($"{stampede}");
        Assert.Empty(stampede.Unwanted);
        Assert.Equal((checkouts, pieces), (stampede.Answers, stampede.Sold));
        await using var products = await shop.Database("productsdb");
        await Eventually.Get(() => ShelfOf(products, rush.Products[0]), shelf => shelf == (0, 0, pieces), TimeSpan.FromSeconds(60), "all are off the shelf, none is held, each is some order's");
        return stampede;
    }

    private static async Task<(int Stock, int Reserved, int Sold)> ShelfOf(Npgsql.NpgsqlConnection products, Guid product)
    {
        await using var ask = new Npgsql.NpgsqlCommand(
            """
            SELECT stock, reserved, (SELECT coalesce(sum((line->>'quantity')::int), 0)::int FROM reservations, jsonb_array_elements(lines::jsonb) AS line
                WHERE status = 'committed' AND line->>'productId' = $1::text) FROM products WHERE id = $1
            """, products)
        { Parameters = { new() { Value = product } } };
        await using var row = await ask.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await row.ReadAsync(TestContext.Current.CancellationToken);
        return (row.GetInt32(0), row.GetInt32(1), row.GetInt32(2));
    }
}
