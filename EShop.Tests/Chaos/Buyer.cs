using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;

namespace EShop.Tests.Chaos;

/// <summary>A customer who buys in all the ways that there are, one order after the other: what he does next is drawn from his own seed.</summary>
/// <param name="leaves">Whether he leaves some orders unpaid, which end at their deadline.</param>
internal sealed class Buyer(Guid id, Shopper self, Shopper shopkeeper, IReadOnlyList<Guid> products, Random random, bool leaves)
{
    private static readonly string[] Declined = ["pm_card_visa_chargeDeclined", "pm_card_visa_chargeDeclinedInsufficientFunds"];

    /// <summary>Orders are added once the checkout is answered, whatever comes after.</summary>
    public async Task Trade(ConcurrentQueue<Sale> sales, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await Rest(TimeSpan.FromMilliseconds(random.Next(1000)), enough);
            if (await CheckOut() is not { } sale)
                continue;
            sales.Enqueue(sale);
            await End(sale);
        }
    }

    private async Task<Sale?> CheckOut()
    {
        var lines = Enumerable.Range(0, random.Next(1, 3)).Select(_ => products[random.Next(products.Count)]).Distinct().ToDictionary(product => product, _ => random.Next(1, 4));
        foreach (var (productId, quantity) in lines)
            await Answered(self.Repeat("/api/cart", new { productId, quantity }));
        using var answer = await self.Repeat("/api/cart/checkout", new { });
        if (answer.StatusCode == HttpStatusCode.Conflict)
        {
            // Too many of his orders are open: he puts everything back.
            await EmptyCart();
            return null;
        }

        answer.EnsureSuccessStatusCode();
        var order = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var orderId = order.GetProperty("orderId").GetGuid();
        // What he has ordered is what he is shown, not what he put into the cart: an edit may go with a crash of Postgres (docs/architecture.md), an order may not.
        var shown = await self.Payment(orderId, now => now.GetProperty("lines").GetArrayLength() > 0);
        var ordered = shown.GetProperty("lines").EnumerateArray().ToDictionary(line => line.GetProperty("productId").GetGuid(), line => line.GetProperty("quantity").GetInt32());
        return new(orderId, id, ordered, order.GetProperty("total").GetDecimal(), IsAsPutIn: ordered.Count == lines.Count && !ordered.Except(lines).Any());
    }

    // Only what is in it now: a try of a process that was frozen is carried out when it wakes, and must not empty the next cart.
    private async Task EmptyCart()
    {
        while (true)
        {
            using var cart = await self.Repeat("/api/cart", null, method: HttpMethod.Get);
            cart.EnsureSuccessStatusCode();
            using var emptied = await self.Repeat("/api/cart", null, method: HttpMethod.Delete, ifMatch: cart.Headers.ETag!.ToString());
            if (emptied.StatusCode == HttpStatusCode.PreconditionFailed)
                continue;
            emptied.EnsureSuccessStatusCode();
            return;
        }
    }

    private async Task End(Sale sale)
    {
        switch (random.Next(100))
        {
            case < 8 when leaves:
                return; // Neither paid nor canceled: it ends at its deadline.
            case < 16:
                await Cancel(sale);
                return;
            case < 24:
                await self.Pay(sale.OrderId, Declined[random.Next(Declined.Length)]);
                await Pay(sale, "pm_card_visa");
                break;
            case < 34:
                await Pay(sale, "pm_card_threeDSecure2Required");
                break;
            case < 40:
                await Task.WhenAll(Pay(sale, "pm_card_visa"), Pay(sale, "pm_card_visa"));
                break;
            case < 46:
                await Task.WhenAll(Pay(sale, "pm_card_visa"), Cancel(sale));
                return;
            default:
                await Pay(sale, "pm_card_visa");
                break;
        }

        if (sale.ToldPaid)
            await Regret(sale);
    }

    private async Task Pay(Sale sale, string card)
    {
        if (Shopper.Status(await self.Pay(sale.OrderId, card)) == "succeeded")
            sale.ToldPaid = true;
    }

    private async Task Cancel(Sale sale)
    {
        using var answer = await self.Repeat("/api/payment/cancel", new { orderId = sale.OrderId });
        if (answer.StatusCode != HttpStatusCode.Conflict)
            answer.EnsureSuccessStatusCode();
    }

    private async Task Regret(Sale sale)
    {
        var (product, quantity) = sale.Lines.First();
        switch (random.Next(100))
        {
            case < 15:
                await Cancel(sale);
                break;
            case < 25 when await IsRefunded(new { orderId = sale.OrderId, amount = 1.00m }):
                sale.PaidBack = (sale.PaidBack.Amount + 1.00m, sale.PaidBack.Times + 1);
                break;
            case < 35 when quantity > 1:
                var payment = await self.Payment(sale.OrderId, _ => true);
                var price = payment.GetProperty("lines").EnumerateArray().Single(line => line.GetProperty("productId").GetGuid() == product).GetProperty("unitPrice").GetDecimal();
                if (!await IsRefunded(new { orderId = sale.OrderId, lines = new[] { new { productId = product, quantity = 1 } } }))
                    break;
                sale.TakenBack[product] = 1;
                sale.PaidBack = (sale.PaidBack.Amount + price, sale.PaidBack.Times + 1);
                break;
        }
    }

    private async Task<bool> IsRefunded(object request)
    {
        using var answer = await shopkeeper.Repeat("/api/payment/refund", request);
        if (answer.StatusCode == HttpStatusCode.Conflict)
            return false;
        answer.EnsureSuccessStatusCode();
        return true;
    }

    private static async Task Answered(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    private static async Task Rest(TimeSpan time, CancellationToken enough)
    {
        using var rest = new PeriodicTimer(time + TimeSpan.FromMilliseconds(1));
        try
        {
            await rest.WaitForNextTickAsync(enough);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return; // The shop closes: one last order.
        }
    }
}
