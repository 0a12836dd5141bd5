using EShop.Contracts;
using EShop.Tests.Bill;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G13: an unpaid reservation is let go at its deadline, once, also where Payment was down when it came; a checkout that overtook its own cancellation reserves nothing.</summary>
[Collection(nameof(Troubled))]
public sealed class G13DeadlineTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deadline_that_passes_while_Payment_is_down_lets_the_goods_go_once_when_it_is_back()
    {
        Placed[] orders = [await shop.Order(), await shop.Order(quantity: 2)];
        await orders[0].Pay(method: null).Ok(); // With an intent, that Stripe has to cancel first.
        await shop.Kill("payment");
        foreach (var order in orders)
            Assert.Equal(1, await shop.PaymentSql("UPDATE payments SET expires_at = now(), version = version + 1 WHERE order_id = $1", order.Id));

        foreach (var order in orders)
        {
            var ended = await Eventually.Get(() => order.Get().Ok(), payment => payment.Text("status") == "canceled", TimeSpan.FromSeconds(60), "it expires once Payment is back");
            Assert.Equal("expired", ended.GetProperty("history").EnumerateArray().Last().Text("reason"));
            await Eventually.True(async () => await order.Stock() == (5, 0, 5));
        }

        await shop.KillUntilBack("payment");
        foreach (var order in orders)
        {
            Assert.Single(await shop.Told(order, "payment.canceled"));
            Assert.Equal((5, 0, 5), await order.Stock());
            Assert.Equal(0, (await shop.Ledger(order)).Charges);
        }
    }

    [Fact]
    public async Task A_checkout_that_overtook_its_own_cancellation_reserves_nothing()
    {
        var known = await shop.Order();
        var order = PaidOrder.Of(known.Buyer, "en", new OrderLine(known.Product, "Taza", 2, 1250, 21));
        var canceled = await PaidOrder.TellAsync(shop, new PaymentCanceled(order, "expired"));
        await Heard(canceled);
        await Heard(await PaidOrder.TellAsync(shop, new CartCheckedOut(order)));

        Assert.Equal((5, 1, 4), await known.Stock());
        await using var products = await shop.Database("productsdb");
        await using var command = new NpgsqlCommand("SELECT status FROM reservations WHERE order_id = $1", products) { Parameters = { new() { Value = order.OrderId } } };
        Assert.Equal("released", await command.ExecuteScalarAsync(Stop));
    }

    private async Task Heard(Guid id)
    {
        await using var products = await shop.Database("productsdb");
        await using var command = new NpgsqlCommand("SELECT count(*) FROM inbox WHERE id = $1", products) { Parameters = { new() { Value = id } } };
        await Eventually.Get(async () => (long)(await command.ExecuteScalarAsync(Stop))!, count => count == 1, what: "Products has heard of it");
    }
}
