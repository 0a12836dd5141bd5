using EShop.Tests.Cart;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>An order that one of them has lost: its goods would be held for ever, or it would count as open. Cart tells it again.</summary>
public sealed class LostOrderTests(Shop shop)
{
    [Fact]
    public async Task An_order_that_Payment_lost_before_Stripe_heard_of_it_is_told_again_and_can_be_paid_or_ends()
    {
        var (paid, canceled) = (await shop.Order(), await shop.Order());
        foreach (var order in new[] { paid, canceled })
        {
            Assert.Equal(1, await shop.PaymentSql("DELETE FROM payments WHERE order_id = $1", order.Id));
            Assert.Equal((5, 1, 4), await order.Stock());
            await order.Get().Is(404, "not-found");
            await shop.Sql("UPDATE orders SET tell_at = now() WHERE id = $1 AND tell_at > now() + interval '59 minutes'", order.Id);
        }

        await paid.Becomes("awaiting_payment");
        await paid.Pay().Ok();
        await canceled.Becomes("awaiting_payment");
        await canceled.Cancel().Ok();

        await Eventually.True(async () => await paid.Stock() == (4, 0, 4) && await canceled.Stock() == (5, 0, 5));
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(paid));
        Assert.Equal(0, await shop.Value<long>("SELECT count(*) FROM orders WHERE id IN ($1, $2) AND tell_at <= now()", paid.Id, canceled.Id));
    }

    [Fact]
    public async Task An_order_whose_end_Cart_has_lost_is_closed_again()
    {
        var (paid, canceled) = (await shop.Order(), await shop.Order());
        await paid.Pay().Ok();
        await canceled.Cancel().Ok();
        foreach (var order in new[] { paid, canceled })
        {
            await Eventually.True(async () => await shop.Sql("UPDATE orders SET closed_at = NULL, tell_at = now() WHERE id = $1 AND closed_at IS NOT NULL", order.Id) == 1);
            await Eventually.True(async () => await shop.Value<long>("SELECT count(*) FROM orders WHERE id = $1 AND closed_at IS NOT NULL", order.Id) == 1);
        }

        Assert.Equal([(4, 0, 4), (5, 0, 5)], [await paid.Stock(), await canceled.Stock()]);
        Assert.Equal("succeeded", (await paid.Get().Ok()).Text("status"));
    }
}
