using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace EShop.Tests.Support;

/// <summary>How a purchase ended.</summary>
/// <param name="Returned">So many pieces went back on the shelf.</param>
/// <param name="Refunded">So much went back to the card.</param>
/// <param name="Took">From the checkout's answer to the end.</param>
internal sealed record Purchase(Guid OrderId, Guid ProductId, int Quantity, string Status, decimal Amount, TimeSpan Took, int Returned = 0, decimal Refunded = 0)
{
    public bool IsPaid => Status == "succeeded";
}

/// <summary>A client as the contract asks for one: it repeats what was dropped or refused for the moment, with the same key, until it has an answer.</summary>
internal sealed class Shopper(Customer customer, TimeSpan? patience = null)
{
    // Between two tries: as long as it is asked for, within reason.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan Patience { get; } = patience ?? TimeSpan.FromSeconds(90);

    /// <summary>Buys, from an empty cart to an end: <c>succeeded</c>, or <c>rejected</c> where the stock did not suffice. Where the bank asks, the buyer says yes.</summary>
    public async Task<Purchase> Buy(Guid productId, int quantity = 1, string paymentMethod = "pm_card_visa")
    {
        var orderId = await CheckOut(productId, quantity);
        var watch = Stopwatch.StartNew();
        var payment = await Pay(orderId, paymentMethod);
        return new(orderId, productId, quantity, Status(payment), payment.GetProperty("amount").GetDecimal(), watch.Elapsed);
    }

    /// <summary>Pays until the payment has an end, which it returns. A card that is declined is not tried again: the payment is then as it was.</summary>
    public async Task<JsonElement> Pay(Guid orderId, string paymentMethod)
    {
        while (true)
        {
            using var paid = await Repeat("/api/payment", new { orderId, paymentMethod });
            if (paid.StatusCode is HttpStatusCode.PaymentRequired)
                return await Payment(orderId, IsSettled);
            if (paid.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.Conflict))
                throw new InvalidOperationException($"The payment of {orderId} was answered {(int)paid.StatusCode}: {await paid.Content.ReadAsStringAsync()}");
            // 'processing' ends by itself; where it ended unpaid, the buyer pays again under a new key.
            var payment = await Payment(orderId, now => IsSettled(now) || Status(now) == "requires_action");
            if (Status(payment) == "requires_action")
            {
                await Approve(payment.GetProperty("nextAction").GetProperty("redirectUrl").GetString()!);
                payment = await Payment(orderId, IsSettled);
            }

            if (Status(payment) != "awaiting_payment")
                return payment;
        }
    }

    /// <summary>Cancels a paid order: all of it goes back.</summary>
    public async Task<Purchase> Cancel(Purchase purchase)
    {
        using var canceled = await Repeat("/api/payment/cancel", new { orderId = purchase.OrderId });
        canceled.EnsureSuccessStatusCode();
        await Payment(purchase.OrderId, now => Status(now) == "refunded");
        return purchase with { Returned = purchase.Quantity, Refunded = purchase.Amount };
    }

    /// <summary>As an admin: an amount goes back, the goods stay with the buyer.</summary>
    public async Task<Purchase> Refund(Purchase purchase, decimal amount)
    {
        using var refunded = await Repeat("/api/payment/refund", new { orderId = purchase.OrderId, amount });
        refunded.EnsureSuccessStatusCode();
        await Payment(purchase.OrderId, now => now.GetProperty("refundedAmount").GetDecimal() == amount);
        return purchase with { Refunded = amount };
    }

    /// <summary>Puts one line into the cart and checks it out; the id of the order.</summary>
    public async Task<Guid> CheckOut(Guid productId, int quantity = 1)
    {
        using var added = await Repeat("/api/cart", new { productId, quantity });
        added.EnsureSuccessStatusCode();
        using var checkedOut = await Repeat("/api/cart/checkout", new { });
        checkedOut.EnsureSuccessStatusCode();
        return (await checkedOut.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("orderId").GetGuid();
    }

    /// <summary>The payment of an order, once it is as wanted.</summary>
    public Task<JsonElement> Payment(Guid orderId, Func<JsonElement, bool> isWanted) => Eventually.Get(
        () => customer.Client.GetFromJsonAsync<JsonElement>($"/api/payment/{orderId}", TestContext.Current.CancellationToken), isWanted, Patience, $"the payment of {orderId} ends");

    /// <summary>Asks until there is an answer that counts: not 'ask again', not a service that can't be reached, not a connection that was cut.</summary>
    public async Task<HttpResponseMessage> Repeat(string path, object? body, string? key = null, HttpMethod? method = null, string? ifMatch = null)
    {
        key ??= Guid.NewGuid().ToString();
        var watch = Stopwatch.StartNew();
        using var pause = new PeriodicTimer(Shortest);
        while (true)
        {
            var last = "no answer";
            pause.Period = Shortest;
            try
            {
                using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
                request.Headers.Add("Idempotency-Key", key);
                if (ifMatch is not null)
                    request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
                var answer = await customer.Client.SendAsync(request, TestContext.Current.CancellationToken);
                if (answer.Headers.RetryAfter is null && answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.NotFound))
                    return answer;
                last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
                if (answer.Headers.RetryAfter?.Delta is { } wanted)
                    pause.Period = TimeSpan.FromTicks(Math.Clamp(wanted.Ticks, Shortest.Ticks, Longest.Ticks));
                answer.Dispose();
            }
            catch (HttpRequestException cut)
            {
                last = cut.Message;
            }

            if (watch.Elapsed > Patience)
                throw new TimeoutException($"{path} had no answer within {Patience.TotalSeconds:0} s. Last: {last}");
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task Approve(string page)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler);
        await Eventually.True(async () =>
        {
            using var form = new FormUrlEncodedContent([KeyValuePair.Create("outcome", "approve")]);
            using var answer = await browser.PostAsync(page, form, TestContext.Current.CancellationToken);
            return answer.StatusCode < HttpStatusCode.InternalServerError;
        }, Patience, $"the bank's page {page} takes the answer");
    }

    private static bool IsSettled(JsonElement payment) => Status(payment) is "succeeded" or "partially_refunded" or "refunded" or "rejected" or "canceled" or "awaiting_payment";

    public static string Status(JsonElement payment) => payment.GetProperty("status").GetString()!;
}
