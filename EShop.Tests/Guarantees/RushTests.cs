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
        await using var own = new Shop();
        await own.InitializeAsync();
        var rush = await Rush.Prepare(own, products: 5, stock: 150, clients: 16);

        var killed = 0;
        using var done = new CancellationTokenSource();
        var kills = Task.Run(async () =>
        {
            using var every = new PeriodicTimer(TimeSpan.FromSeconds(5));
            while (!done.IsCancellationRequested && await every.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            {
                if (done.IsCancellationRequested)
                    break;
                await own.Kill(Victims[killed % Victims.Length]);
                killed++;
            }
        });
        try
        {
            await rush.Run(purchases: 300, mayEnd: () => killed >= Victims.Length);
        }
        finally
        {
            await done.CancelAsync();
            await kills;
        }

        await rush.NothingIsLostAndNothingTwice();
    }
}
