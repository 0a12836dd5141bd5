using EShop.Tests.Support;

namespace EShop.Tests.Guarantees;

/// <summary>Three hundred purchases with refunds and asking banks, in which each service is killed and Redis emptied three times. Made once: what came of it is what G2 and G3 are about.</summary>
public sealed class KilledRush
{
    private readonly Lazy<Task<Rush>> _run;

    public KilledRush(Shop shop) => _run = new(() => RunAsync(shop));

    internal Task<Rush> RunAsync() => _run.Value;

    private static async Task<Rush> RunAsync(Shop shop)
    {
        var redis = await shop.Redis();
        var rush = await Rush.Prepare(shop, products: 5, stock: 200, clients: 16);
        await Kills.Amid(shop, mayEnd => rush.RunWithRefunds(purchases: 300, mayEnd), beside: async kills =>
        {
            if (kills % 2 == 0)
                await redis.ExecuteAsync("FLUSHALL");
        });
        await rush.LeaveUndrawn();
        return rush;
    }
}
