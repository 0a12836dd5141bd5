using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G7: Redis may forget everything. With a shop of its own, since what it does to the broker would happen to every other test.</summary>
[Collection(nameof(Alone))]
public sealed class ForgetfulRedisTests(OwnShop own) : IClassFixture<OwnShop>
{
    private static readonly string[] Databases = ["usersdb", "productsdb", "cartdb", "paymentdb", "billdb"];

    [Fact]
    public async Task A_broker_that_is_emptied_three_times_in_a_rush_costs_no_order_and_no_piece()
    {
        var redis = await own.Shop.Redis();
        var rush = await Rush.Prepare(own.Shop, products: 4, stock: 40, clients: 12);
        var before = await Epochs();
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
        foreach (var name in Databases)
        {
            await using var database = await own.Shop.Database(name);
            await using var letters = new NpgsqlCommand("SELECT count(*) FROM dead_letters", database);
            Assert.True(await letters.ExecuteScalarAsync(TestContext.Current.CancellationToken) is 0L, $"Events are parked in {name}.");
        }
    }

    private async Task<List<Guid>> Epochs()
    {
        var epochs = new List<Guid>();
        foreach (var name in Databases)
        {
            await using var database = await own.Shop.Database(name);
            await using var epoch = new NpgsqlCommand("SELECT epoch FROM relay_state", database);
            epochs.Add((Guid)(await epoch.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
        }

        return epochs;
    }
}

/// <summary>A shop that the tests of one class have to themselves.</summary>
public sealed class OwnShop : IAsyncLifetime
{
    public Shop Shop { get; } = new();

    public ValueTask InitializeAsync() => Shop.InitializeAsync();

    public ValueTask DisposeAsync() => Shop.DisposeAsync();
}
