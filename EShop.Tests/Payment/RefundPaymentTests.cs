using System.Net;
using System.Text;
using System.Text.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>A part of the money goes back: for goods, or for none in particular, and never more than was paid.</summary>
public sealed class RefundPaymentTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Goods_that_are_given_back_are_refunded_at_their_price_and_back_on_the_shelf()
    {
        var order = await Paid(quantity: 3);

        var one = await shop.Refund(order, quantity: 1).Ok();
        Assert.Equal(("partially_refunded", 12.50m), (one.Text("status"), one.GetProperty("refundedAmount").GetDecimal()));
        await Eventually.True(async () => await order.Stock() == (3, 0, 3));

        var all = await shop.Refund(order, quantity: 2).Ok();
        Assert.Equal(("refunded", 37.50m), (all.Text("status"), all.GetProperty("refundedAmount").GetDecimal()));
        Assert.Equal(["awaiting_stock", "awaiting_payment", "succeeded", "partially_refunded", "refunded"], all.Steps());
        Assert.Equal((1, 1, 3750L, 3750L), await shop.Ledger(order));
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));
        Assert.Equal([1250L, 2500L], (await shop.Told(order, "payment.refunded")).Select(told => told.GetProperty("amount").GetInt64()));
    }

    [Fact]
    public async Task No_more_pieces_go_back_than_were_sold()
    {
        var order = await Paid(quantity: 2);
        await shop.Refund(order, quantity: 3).Is(409, "refund-exceeds");
        await shop.Refund(order, quantity: 1).Ok();

        await shop.Refund(order, quantity: 2).Is(409, "refund-exceeds");

        Assert.Equal((1, 1, 2500L, 1250L), await shop.Ledger(order));
    }

    [Fact]
    public async Task An_amount_goes_back_without_the_goods_and_the_rest_with_them()
    {
        var order = await Paid(quantity: 2);

        var some = await shop.Refund(order, amount: 0.99m).Ok();
        Assert.Equal(("partially_refunded", 0.99m), (some.Text("status"), some.GetProperty("refundedAmount").GetDecimal()));
        await shop.Refund(order, amount: 24.02m).Is(409, "refund-exceeds");
        await shop.Refund(order, quantity: 2).Is(409, "refund-exceeds"); // Their price is more than what is left of it.
        var told = Assert.Single(await shop.Told(order, "payment.refunded"));
        Assert.Equal((99L, false, JsonValueKind.Null), (told.GetProperty("amount").GetInt64(), told.GetProperty("restock").GetBoolean(), told.GetProperty("lines").ValueKind));
        Assert.Equal((3, 0, 3), await order.Stock());

        Assert.Equal("refunded", (await order.Cancel().Ok()).Text("status"));
        Assert.Equal((1, 1, 2500L, 2500L), await shop.Ledger(order));
        await Eventually.True(async () => await order.Stock() == (5, 0, 5));
        Assert.Equal([99L, 2401L], (await shop.Told(order, "payment.refunded")).Select(refund => refund.GetProperty("amount").GetInt64()));
    }

    [Fact]
    public async Task After_goods_were_given_back_canceling_gives_back_the_others()
    {
        var order = await Paid(quantity: 3);
        await shop.Refund(order, quantity: 1, restock: false).Ok();
        Assert.Equal((2, 0, 2), await order.Stock());

        await order.Cancel().Ok();

        Assert.Equal((1, 1, 3750L, 3750L), await shop.Ledger(order));
        await Eventually.True(async () => await order.Stock() == (4, 0, 4)); // One is broken, and stays off the shelf.
    }

    [Fact]
    public async Task Ten_refunds_at_once_never_give_back_more_than_was_paid()
    {
        var order = await Paid(quantity: 4);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.Refund(order, amount: 20)));

        Assert.Equal("OK OK", string.Join(' ', answers.Select(answer => answer.StatusCode).Where(status => status != HttpStatusCode.Conflict)));
        Assert.Equal((1, 1, 5000L, 4000L), await shop.Ledger(order));
        Assert.Equal(40m, (await order.Get().Ok()).GetProperty("refundedAmount").GetDecimal());
        Assert.Equal(2, (await shop.Told(order, "payment.refunded")).Count);
    }

    [Fact]
    public async Task One_key_refunds_once_and_repeats_its_answer()
    {
        var (order, key) = (await Paid(quantity: 2), Guid.NewGuid().ToString());
        var first = await shop.Refund(order, amount: 5, key: key).Ok();

        using var again = await shop.Refund(order, amount: 5, key: key);

        Assert.Equal(["true"], again.Headers.GetValues("Idempotency-Replayed"));
        Assert.Equal(first.GetRawText(), (await again.Body()).GetRawText());
        await shop.Refund(order, amount: 6, key: key).Is(422, "key-reused");
        Assert.Equal((1, 1, 2500L, 500L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_key_whose_first_request_died_is_not_refunded_again()
    {
        var (order, key) = (await Paid(quantity: 2), Guid.NewGuid().ToString());
        await shop.Refund(order, amount: 5, key: key).Ok();
        // What is left of a process that died before it could store its answer.
        await shop.PaymentSql("DELETE FROM idempotency_keys WHERE key = $1", key);

        var again = await shop.Refund(order, amount: 5, key: key).Ok();

        Assert.Equal(5m, again.GetProperty("refundedAmount").GetDecimal());
        Assert.Equal((1, 1, 2500L, 500L), await shop.Ledger(order));
    }

    [Fact]
    public async Task What_was_not_paid_is_not_refunded()
    {
        var (unpaid, canceled, rejected) = (await shop.Order(), await shop.Order(), await shop.RejectedOrder());
        await canceled.Cancel().Ok();

        foreach (var order in new[] { unpaid, canceled, rejected })
        {
            await shop.Refund(order, amount: 1).Is(409, "refund-exceeds");
            await shop.Refund(order, quantity: 1).Is(409, "refund-exceeds");
        }
    }

    [Fact]
    public async Task Only_an_admin_refunds()
    {
        var order = await Paid(quantity: 1);

        await order.Client.Send(HttpMethod.Post, "/api/payment/refund", new { orderId = order.Id, amount = 1 }).Is(403, "forbidden");
        await shop.Client().Send(HttpMethod.Post, "/api/payment/refund", new { orderId = order.Id, amount = 1 }).Is(401, "unauthorized");
        await (await shop.Admin()).Send(HttpMethod.Post, "/api/payment/refund", new { orderId = Guid.CreateVersion7(), amount = 1 }).Is(404, "not-found");

        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Theory]
    [InlineData("""{"amount":1}""", "orderId")]
    [InlineData("""{"orderId":"ORDER"}""", "lines")]
    [InlineData("""{"orderId":"ORDER","amount":1,"lines":[{"productId":"PRODUCT","quantity":1}]}""", "lines")]
    [InlineData("""{"orderId":"ORDER","lines":[]}""", "lines")]
    [InlineData("""{"orderId":"ORDER","lines":[null]}""", "lines[0]")]
    [InlineData("""{"orderId":"ORDER","lines":[{"productId":"PRODUCT","quantity":0}]}""", "lines[0].quantity")]
    [InlineData("""{"orderId":"ORDER","lines":[{"productId":"01900000-0000-7000-8000-000000000001","quantity":1}]}""", "lines")]
    [InlineData("""{"orderId":"ORDER","amount":0}""", "amount")]
    [InlineData("""{"orderId":"ORDER","amount":-1}""", "amount")]
    [InlineData("""{"orderId":"ORDER","amount":0.001}""", "amount")]
    [InlineData("""{"orderId":"ORDER","amount":1e27}""", "amount")]
    [InlineData("""{"orderId":"ORDER","amount":"1"}""", "amount")]
    [InlineData("""{"orderId":"ORDER","amount":1,"restock":"yes"}""", "restock")]
    public async Task Bad_bodies_are_400_and_name_the_member(string body, string member)
    {
        var order = await Paid(quantity: 1);
        using var content = new StringContent(
            body.Replace("ORDER", order.Id.ToString(), StringComparison.Ordinal).Replace("PRODUCT", order.Product.ToString(), StringComparison.Ordinal), Encoding.UTF8, "application/json");

        var problem = await (await shop.Admin()).PostAsync("/api/payment/refund", content, Stop).Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _), problem.GetRawText());
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    private async Task<Placed> Paid(int quantity)
    {
        var order = await shop.Order(quantity);
        await order.Pay().Ok();
        await Eventually.True(async () => await order.Stock() == (5 - quantity, 0, 5 - quantity));
        return order;
    }
}
