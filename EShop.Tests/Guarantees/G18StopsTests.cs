using System.Diagnostics;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G18: a stop loses nothing. One replica after the other is sent SIGTERM amid a rush, as a deployment does it; each is gone within ten seconds. Alone, since stops are timed.</summary>
[Collection(nameof(Alone))]
public sealed class G18StopsTests(TwinShop twins)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_replica_of_each_service_that_is_told_to_stop_in_a_rush_goes_in_time_and_loses_nothing() => await Stop(rounds: 1, each: 1);

    [Fact(Explicit = true)]
    public async Task Replicas_that_are_told_to_stop_again_and_again_in_a_rush_go_in_time_and_lose_nothing() => await Stop(rounds: 5, each: 2);

    private async Task Stop(int rounds, int each)
    {
        var shop = await twins.ShopAsync();
        var rush = await Rush.Prepare(shop, products: 3, stock: 60 * rounds * each, clients: 8);
        List<(string Replica, TimeSpan Took)> stops = [];
        var stopping = Task.Run(async () =>
        {
            await Eventually.True(() => rush.Purchases.Count >= 4, TimeSpan.FromSeconds(60), "the rush has begun");
            for (var round = 0; round < rounds; round++)
            {
                // One of each service at a time, so that the other one serves.
                for (var n = 0; n < each; n++)
                    stops.AddRange(await Task.WhenAll(TwinShop.Services.Select(async service => await Terminate(shop, (await TwinShop.Replicas(shop, service))[n]))));
            }
        });
        await rush.Run(purchases: 30, mayEnd: () => stopping.IsCompleted);
        await stopping;

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(", ", stops.Select(stop => $"{stop.Replica} {stop.Took.TotalSeconds:0.0} s")));
        Assert.Equal(rounds * each * TwinShop.Services.Count, stops.Count);
        Assert.DoesNotContain(stops, stop => stop.Took > Longest);
        await TwinShop.Healthy(shop);
        await rush.NothingIsLostAndNothingTwice();
    }

    private static async Task<(string Replica, TimeSpan Took)> Terminate(Shop shop, string replica)
    {
        await shop.Healthy(replica, TestContext.Current.CancellationToken);
        var process = await Eventually.Get(() => Task.FromResult(shop.Pid(replica)), found => found is not null, what: $"{replica} has a process");
        var watch = Stopwatch.StartNew();
        Signals.Send(process!.Value, Signals.Terminate);
        // The host starts it again, under another id.
        await Eventually.True(() => !Directory.Exists($"/proc/{process}"), TimeSpan.FromSeconds(60), $"{replica} ends");
        return (replica, watch.Elapsed);
    }
}
