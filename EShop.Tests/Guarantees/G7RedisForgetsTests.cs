using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G7: Redis may forget everything. Alone, since what it does to the broker would happen to every other test.</summary>
[Collection(nameof(Alone))]
public sealed class G7RedisForgetsTests(Shop shop)
{
    private static readonly string[] Databases = ["usersdb", "productsdb", "cartdb", "paymentdb", "billdb"];

    [Fact]
    public async Task A_broker_that_is_emptied_three_times_in_a_rush_costs_no_order_and_no_piece()
    {
        var redis = await shop.Redis();
        var rush = await Rush.Prepare(shop, products: 4, stock: 40, clients: 12);
        var (before, parked) = (await Epochs(), await Parked());
        var emptying = Task.Run(async () =>
        {
            for (var time = 1; time <= 3; time++)
            {
                await Eventually.True(() => rush.Purchases.Count >= 20 * time, TimeSpan.FromMinutes(3));
                await redis.ExecuteAsync("FLUSHALL");
            }
        });
        await rush.Run(purchases: 100, mayEnd: () => emptying.IsCompleted);
        await emptying;

        await rush.NothingIsLostAndNothingTwice();
        Assert.Contains(rush.Purchases, purchase => purchase.Status == "rejected");
        // An epoch of this life each, also of who had nothing to say.
        await Eventually.True(async () => (await Epochs()).Zip(before).All(epoch => epoch.First != epoch.Second), what: "every service has noticed");
        Assert.Equal(parked, await Parked());
    }

    private Task<List<Guid>> Epochs() => Of<Guid>("SELECT epoch FROM relay_state");

    private Task<List<long>> Parked() => Of<long>("SELECT count(*) FROM dead_letters");

    private async Task<List<T>> Of<T>(string sql)
    {
        var found = new List<T>();
        foreach (var name in Databases)
        {
            await using var database = await shop.Database(name);
            await using var command = new NpgsqlCommand(sql, database);
            found.Add((T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
        }

        return found;
    }
}
