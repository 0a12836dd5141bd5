using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>
/// G10: Stripe's answer is lost. Each trouble that Stripe can be, at each call that Payment makes about an order or a buyer: an answer within five seconds, one charge, no refund lost or doubled, the right end.
/// All at the same time, each order with its own trouble at its own call.
/// </summary>
[Collection(nameof(Alone))]
public sealed class G10StripeTroubleTests(Shop shop) : IAsyncLifetime
{
    private static readonly string[] Troubles =
    [
        """{"delayMs":6000,"when":"before"}""", """{"delayMs":6000}""", """{"drop":true,"when":"before"}""", """{"drop":true}""",
        """{"status":429,"when":"before"}""", """{"status":500,"when":"before"}""", """{"status":500}""",
    ];

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<Customer> _buyers = [];
    private readonly List<Customer> _lookedFor = [];
    private readonly ConcurrentBag<(Placed Order, long Charged, long Refunded)> _ended = [];
    private int _ordered;

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < 9; i++)
            _buyers.Add(await shop.Customer());
        foreach (var _ in Troubles)
            _lookedFor.Add(await shop.Customer());
        foreach (var buyer in _buyers.Concat(_lookedFor))
            await StripeKnows(buyer);
    }

    public async ValueTask DisposeAsync()
    {
        _gate.Dispose();
        (await shop.Client("stripe").DeleteAsync("/sandbox/faults", CancellationToken.None)).Dispose();
    }

    [Fact]
    public async Task Whatever_trouble_a_call_meets_it_ends_right()
    {
        await Task.WhenAll(
            from trouble in Troubles
            from call in (Func<string, Task>[])
                [MakingACustomer, FindingACustomer, OpeningAnIntent, LookingForAnIntent, Confirming, ReadingAnIntent, Canceling, CancelingWhatIsPaid, Refunding, ListingRefunds, ListingDisputes]
            select Meets(call, trouble));

        // Stripe still does, late, what a call asked for that Payment gave up on: its effect must not come on top of that of the call made in its place.
        await shop.NobodyIsInTrouble();
        foreach (var (order, charged, refunded) in _ended)
            Assert.Equal((order.Id, (1, charged > 0 ? 1 : 0, charged, refunded)), (order.Id, await shop.Ledger(order)));
    }

    private static async Task Meets(Func<string, Task> call, string trouble)
    {
        try
        {
            await call(trouble);
        }
        catch (Exception failure) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{call.Method.Name} with {trouble}", failure);
        }
    }

    private Task MakingACustomer(string trouble) => Registering(email => Arm(trouble, HttpMethod.Post, "/v1/customers", email: email));

    private Task FindingACustomer(string trouble) => Registering(async email =>
    {
        await Arm("""{"status":500}""", HttpMethod.Post, "/v1/customers", email: email);
        await Arm(trouble, HttpMethod.Get, "/v1/customers", email: email);
    });

    private async Task Registering(Func<string, Task> arm)
    {
        var email = $"buyer-{Guid.NewGuid():N}@eshop.test";
        await arm(email);
        await StripeKnows(await OneByOne(() => shop.Customer(email)));
        Assert.Equal(1, await shop.CustomersOf(email));
    }

    private Task OpeningAnIntent(string trouble) => Paying(trouble, "/v1/payment_intents");

    private Task Confirming(string trouble) => Paying(trouble, "/v1/payment_intents/*/confirm");

    private async Task Paying(string trouble, string path)
    {
        var order = await Order();
        await Arm(trouble, HttpMethod.Post, path, order);
        await Orders.Asked(key => order.Pay(key: key));
        await Ends(order, "succeeded", charged: 1250, refunded: 0);
    }

    private async Task LookingForAnIntent(string trouble)
    {
        // Looked for among one's own customer's intents: another's look would meet the same trouble.
        var order = await shop.Order(buyer: _lookedFor[Array.IndexOf(Troubles, trouble)]);
        await Arm("""{"status":500}""", HttpMethod.Post, "/v1/payment_intents", order);
        await Arm(trouble, HttpMethod.Get, "/v1/payment_intents", order);
        await Orders.Asked(key => order.Pay(key: key));
        await Ends(order, "succeeded", charged: 1250, refunded: 0);
    }

    private async Task ReadingAnIntent(string trouble)
    {
        var order = await Order();
        var opened = await order.Pay(method: null).Ok();
        await Arm(trouble, HttpMethod.Get, "/v1/payment_intents/*", order);
        await shop.Confirm(opened.Intent());
        await Ends(order, "succeeded", charged: 1250, refunded: 0);
    }

    private async Task Canceling(string trouble)
    {
        var order = await Order();
        await order.Pay(method: null).Ok();
        await Arm(trouble, HttpMethod.Post, "/v1/payment_intents/*/cancel", order);
        await Orders.Asked(key => order.Cancel(key: key));
        await Ends(order, "canceled", charged: 0, refunded: 0);
    }

    private async Task Refunding(string trouble)
    {
        var order = await Order();
        await order.Pay().Ok();
        await Arm(trouble, HttpMethod.Post, "/v1/refunds", order);
        await Orders.Asked(key => shop.Refund(order, amount: 5, key: key));
        await Ends(order, "partially_refunded", charged: 1250, refunded: 500);
    }

    private async Task CancelingWhatIsPaid(string trouble)
    {
        var order = await Order();
        await order.Pay().Ok();
        await Arm(trouble, HttpMethod.Post, "/v1/refunds", order);
        await order.Cancel().Ok();
        await Ends(order, "refunded", charged: 1250, refunded: 1250);
    }

    private async Task ListingRefunds(string trouble)
    {
        var order = await Order();
        await order.Pay().Ok();
        await Arm(trouble, HttpMethod.Get, "/v1/refunds", order);
        await shop.Stripe("/v1/refunds", ("payment_intent", await shop.IntentOf(order)), ("amount", "500"));
        await Ends(order, "partially_refunded", charged: 1250, refunded: 500);
    }

    private async Task ListingDisputes(string trouble)
    {
        var order = await Order();
        await order.Pay().Ok();
        await Arm(trouble, HttpMethod.Get, "/v1/disputes", order);
        await shop.Bank("disputes", new { paymentIntent = await shop.IntentOf(order) });
        await Eventually.True(async () => (await shop.Concerns(order)).Count == 1, Within, $"{trouble}: the dispute is shown");
        await Ends(order, "succeeded", charged: 1250, refunded: 0);
    }

    /// <summary>By some buyers in turn, of whom each has one cart and may have ten unpaid orders.</summary>
    private Task<Placed> Order() => OneByOne(() => shop.Order(buyer: _buyers[_ordered++ % _buyers.Count]));

    /// <summary>What is no part of the trouble: many at once would be asked to come back.</summary>
    private async Task<T> OneByOne<T>(Func<Task<T>> prepare)
    {
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return await prepare();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task Arm(string trouble, HttpMethod method, string path, Placed? order = null, string? email = null)
    {
        var fault = JsonNode.Parse(trouble)!.AsObject();
        (fault["path"], fault["method"], fault["order"], fault["email"]) = (path, method.Method, order?.Id.ToString(), email);
        await shop.StripeFault(fault);
    }

    private async Task Ends(Placed order, string status, long charged, long refunded)
    {
        await order.Becomes(status, Within);
        Assert.Equal((1, charged > 0 ? 1 : 0, charged, refunded), await shop.Ledger(order));
        _ended.Add((order, charged, refunded));
        Assert.Equal(status is "canceled" ? 0 : 1, (await shop.Told(order, "payment.succeeded")).Count);
        Assert.Equal(refunded > 0 ? 1 : 0, (await shop.Told(order, "payment.refunded")).Count);
    }

    private Task StripeKnows(Customer customer) => Eventually.True(
        async () => await shop.PaymentSql("UPDATE customers SET stripe_id = stripe_id WHERE user_id = $1 AND stripe_id IS NOT NULL", customer.Id) == 1, Within, "Stripe has a customer of the buyer");
}
