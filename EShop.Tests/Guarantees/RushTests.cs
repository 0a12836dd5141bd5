using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G1, G2, G3 in their short form. Alone on the machine: a rush is a load, and beside other tests it would measure those.</summary>
[Collection(nameof(Alone))]
public sealed class RushTests(Shop shop)
{
    private static readonly string[] Victims = ["users", "products", "cart", "payment", "bill", "web", "stripe"];

    [Fact]
    public async Task Sixteen_clients_after_what_runs_out_get_exactly_what_was_there()
    {
        var rush = await Rush.Prepare(shop, products: 5, stock: 50, clients: 16);
        await rush.Run(purchases: 200, mayEnd: () => true);

        await rush.NothingIsLostAndNothingTwice();
        Assert.Contains(rush.Purchases, purchase => purchase.Status == "rejected");
    }

    [Fact]
    public async Task Killing_one_process_after_the_other_loses_nothing_and_does_nothing_twice()
    {
        var rush = await Rush.Prepare(shop, products: 5, stock: 150, clients: 16);

        await AmidKills(mayEnd => rush.Run(purchases: 300, mayEnd));

        await rush.NothingIsLostAndNothingTwice();
    }

    [Fact]
    public async Task Kills_and_an_emptied_broker_amid_refunds_and_asking_banks_lose_nothing_and_do_nothing_twice()
    {
        var redis = await shop.Redis();
        var rush = await Rush.Prepare(shop, products: 5, stock: 200, clients: 16);

        await AmidKills(mayEnd => rush.RunWithRefunds(purchases: 300, mayEnd), beside: async kills =>
        {
            if (kills % 2 == 0)
                await redis.ExecuteAsync("FLUSHALL");
        });

        await rush.NothingIsLostAndNothingTwice();
        Assert.Contains(rush.Purchases, purchase => purchase.Returned > 0);
        Assert.Contains(rush.Purchases, purchase => purchase is { Returned: 0, Refunded: > 0 });
    }

    /// <summary>A <c>kill -9</c> every five seconds, of one service after the other, for as long as it runs; it may end once each was killed.</summary>
    private async Task AmidKills(Func<Func<bool>, Task> run, Func<int, Task>? beside = null)
    {
        var killed = 0;
        using var enough = new CancellationTokenSource();
        var killing = Task.Run(async () =>
        {
            using var every = new PeriodicTimer(TimeSpan.FromSeconds(5));
            try
            {
                while (await every.WaitForNextTickAsync(enough.Token))
                {
                    await shop.Kill(Victims[killed % Victims.Length]);
                    killed++;
                    if (beside is not null)
                        await beside(killed);
                }
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                // It has run to its end.
            }
        });
        try
        {
            await run(() => killed >= Victims.Length || killing.IsCompleted);
        }
        finally
        {
            await enough.CancelAsync();
            await killing;
            await Task.WhenAll(Victims.Select(victim => shop.Healthy(victim, TestContext.Current.CancellationToken)));
        }
    }
}
