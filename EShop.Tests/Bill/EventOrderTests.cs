using System.Net.Http.Json;
using System.Text.Json;
using EShop.Contracts;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Bill;

/// <summary>Any two events may overtake each other: what Bill makes of an order's does not depend on it.</summary>
public sealed class EventOrderTests(Shop shop)
{
    [Fact]
    public async Task Events_in_every_order_and_told_twice_end_in_one_invoice_and_one_credit_note()
    {
        var customer = await shop.Customer();
        // Products hears of it all too, and has it to sell.
        using var created = await (await shop.Admin()).PostAsJsonAsync("/api/products", new { name = "Camiseta de algodón orgánico", price = 19.99m, stock = 100 }, TestContext.Current.CancellationToken);
        created.EnsureSuccessStatusCode();
        var shirt = new OrderLine((await created.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetGuid(), "Camiseta de algodón orgánico", 3, 1999, 21);
        await Task.WhenAll(
            TellAsync(customer, shirt, "checkout", "paid", "refund"),
            TellAsync(customer, shirt, "checkout", "refund", "paid"),
            TellAsync(customer, shirt, "paid", "checkout", "refund"),
            TellAsync(customer, shirt, "paid", "refund", "checkout"),
            TellAsync(customer, shirt, "refund", "checkout", "paid"),
            TellAsync(customer, shirt, "refund", "paid", "checkout"));
    }

    private async Task TellAsync(Support.Customer customer, OrderLine shirt, params string[] events)
    {
        var order = PaidOrder.Of(customer, "en", shirt);
        var paid = new PaymentSucceeded(order, "pi_1", await PaidOrder.ChargeAsync(shop, order.Total), DateTimeOffset.UtcNow);
        var refund = new PaymentRefunded(order, Guid.CreateVersion7(), 500, null, false);

        foreach (var happens in events.Concat(events))
        {
            var told = happens switch
            {
                "checkout" => await PaidOrder.TellAsync(shop, new CartCheckedOut(order)),
                "paid" => await PaidOrder.TellAsync(shop, paid),
                _ => await PaidOrder.TellAsync(shop, refund),
            };
            await Eventually.True(async () => await CountAsync("inbox WHERE id", told) == 1, what: $"{happens} is heard");
        }

        await Eventually.True(async () => await CountAsync("invoice_jobs WHERE order_id", order.OrderId) == 0);
        Assert.Single(await Bills.CreditNotesAsync(customer, order.OrderId, 1)); // And its one invoice.
        await Eventually.True(async () => await CountAsync("due_credit_notes WHERE refund_id", refund.RefundId) == 0);
    }

    private async Task<long> CountAsync(string what, Guid id)
    {
        await using var database = await shop.Database("billdb");
        await using var count = new NpgsqlCommand($"SELECT count(*) FROM {what} = $1", database) { Parameters = { new() { Value = id } } };
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
