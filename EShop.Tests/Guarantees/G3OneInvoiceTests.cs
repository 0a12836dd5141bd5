using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G3: a paid order has exactly one invoice and each of its refunds exactly one credit note, Payment's books joined with Bill's, within a minute of the last restart.</summary>
[Collection(nameof(Alone))]
public sealed class G3OneInvoiceTests(Shop shop)
{
    [Fact]
    public async Task Kills_and_an_emptied_broker_amid_refunds_and_asking_banks_lose_nothing_and_do_nothing_twice()
    {
        var redis = await shop.Redis();
        var rush = await Rush.Prepare(shop, products: 5, stock: 200, clients: 16);

        await Kills.Amid(shop, mayEnd => rush.RunWithRefunds(purchases: 300, mayEnd), beside: async kills =>
        {
            if (kills % 2 == 0)
                await redis.ExecuteAsync("FLUSHALL");
        });

        await rush.NothingIsLostAndNothingTwice();
        Assert.Contains(rush.Purchases, purchase => purchase.Returned > 0);
        Assert.Contains(rush.Purchases, purchase => purchase is { Returned: 0, Refunded: > 0 });
    }
}
