using System.Diagnostics.Metrics;
using EShop.Payment;
using EShop.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Stripe;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>What is being done at Stripe belongs to whoever holds its lease, and to somebody else once that has run out.</summary>
public sealed class LeaseTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_dead_process_left_open_is_ended_by_another()
    {
        var order = await shop.Order();

        await Leave(order, TimeSpan.FromSeconds(-1));

        await order.Becomes("succeeded");
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task While_an_operation_is_open_nothing_else_is_begun()
    {
        var (order, key) = (await shop.Order(), Guid.NewGuid().ToString());
        await Leave(order, TimeSpan.FromMinutes(1));

        using (var busy = await order.Pay(key: key))
        {
            Assert.Equal(TimeSpan.FromSeconds(1), busy.Headers.RetryAfter?.Delta);
            await Task.FromResult(busy).Is(409, "payment-busy");
        }

        await order.Cancel().Is(409, "payment-busy");
        Assert.Equal(default, await shop.Ledger(order));

        await shop.PaymentSql("UPDATE operations SET lease_until = now() WHERE order_id = $1", order.Id);
        // The worker knows of another lease, and of this one at its next poll: until then the payment is busy, and the client asks again.
        await Eventually.Get(() => order.Pay(key: key).Ok(), payment => payment.Text("status") == "succeeded");
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task What_Stripe_is_asked_stands_in_the_books_while_it_is_asked()
    {
        var order = await shop.Order();
        await shop.Trouble((await order.Pay(method: null).Ok()).Intent(), new { delayMs = 2_000 });

        var paying = order.Pay();

        // Whoever dies here leaves what another needs to find out what came of it.
        await Eventually.True(async () => await shop.PaymentSql("UPDATE operations SET tries = tries WHERE order_id = $1 AND kind = 'confirm'", order.Id) == 1);
        Assert.False(paying.IsCompleted);
        Assert.Equal("succeeded", (await paying.Ok()).Text("status"));
        Assert.Equal(0, await shop.PaymentSql("UPDATE operations SET tries = tries WHERE order_id = $1", order.Id));
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task Nothing_is_begun_on_a_payment_that_has_changed_since_it_was_read()
    {
        var order = await shop.Order();
        await using var db = await Db();
        var payment = await db.Payments.SingleAsync(p => p.OrderId == order.Id, Stop);
        await order.Cancel().Ok();

        var parameters = new OperationParameters { Amount = 1250, Currency = "EUR", PaymentMethod = "pm_card_visa" };
        Assert.False(await db.OpenAsync(payment, Operation.Start(OperationKind.Confirm, payment, parameters, TimeSpan.FromMinutes(1), DateTimeOffset.UtcNow), Stop));
        Assert.Equal(0, await shop.PaymentSql("DELETE FROM operations WHERE order_id = $1", order.Id));
    }

    [Fact]
    public async Task Who_lost_the_lease_while_Stripe_was_asked_writes_nothing()
    {
        var order = await shop.Order();
        await using var db = await Db();
        var payment = await Begin(db, order);

        var result = await Operations(db, meanwhile: () => shop.PaymentSql(
            "UPDATE operations SET lease_token = gen_random_uuid(), lease_until = now() + interval '1 minute', tries = 1 WHERE order_id = $1", order.Id)).RunAsync(payment, Stop, Stop);

        Assert.Equal((OperationEnd.Lost, 1), (result.End, (await shop.Ledger(order)).Charges));
        Assert.Equal("awaiting_payment", (await order.Get().Ok()).Text("status"));

        await shop.PaymentSql("UPDATE operations SET lease_until = now() WHERE order_id = $1", order.Id);
        await order.Becomes("succeeded");
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    [Fact]
    public async Task A_key_to_Stripe_that_is_not_valid_says_nothing_about_what_was_asked_with_it()
    {
        var order = await shop.Order();
        await using var db = await Db();

        var result = await Operations(db, apiKey: "revoked").RunAsync(await Begin(db, order), Stop, Stop);

        Assert.Equal(OperationEnd.Unclear, result.End);
        await order.Becomes("succeeded"); // By the service itself, whose key is valid.
        Assert.Equal((1, 1, 1250L, 0L), await shop.Ledger(order));
    }

    private async Task<PaymentDb> Db() =>
        new(new DbContextOptionsBuilder<PaymentDb>().UseNpgsql(await shop.Database("paymentdb"), contextOwnsConnection: true).UseSnakeCaseNamingConvention().Options);

    /// <summary>What a request commits before it asks Stripe.</summary>
    private static async Task<EShop.Payment.Payment> Begin(PaymentDb db, Placed order)
    {
        var payment = await db.Payments.SingleAsync(p => p.OrderId == order.Id, Stop);
        var parameters = new OperationParameters { Amount = 1250, Currency = "EUR", PaymentMethod = "pm_card_visa" };
        Assert.True(await db.OpenAsync(payment, Operation.Start(OperationKind.Confirm, payment, parameters, TimeSpan.FromMinutes(1), DateTimeOffset.UtcNow), Stop));
        return payment;
    }

    /// <summary>The same by a process that has died since, or will never answer.</summary>
    private Task<int> Leave(Placed order, TimeSpan lease) => shop.PaymentSql(
        """
        INSERT INTO operations (order_id, kind, attempt, key, intent_key, parameters, lease_token, lease_until, tries, opened_at)
        VALUES ($1, 'confirm', 1, 'confirm:' || $1 || ':1', 'pi:' || $1, '{"amount":1250,"currency":"EUR","paymentMethod":"pm_card_visa"}', gen_random_uuid(), now() + $2, 0, now())
        """, order.Id, lease);

    private StripeOperations Operations(PaymentDb db, string apiKey = "sk_test_sandbox", Func<Task>? meanwhile = null)
    {
        var http = new HttpClient(new Meanwhile(meanwhile ?? (() => Task.CompletedTask)));
        var client = new StripeClient(new StripeClientOptions
        {
            ApiKey = apiKey,
            ApiBase = shop.Address("stripe").ToString().TrimEnd('/'),
            HttpClient = new SystemNetHttpClient(http, maxNetworkRetries: 0, appInfo: null, enableTelemetry: false),
        });
        var (gateway, clock) = (new StripeGateway(client), TimeProvider.System);
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var compared = new FirstComparison();
        compared.Done(DateTimeOffset.MinValue);
        return new(db, new StripeQuestions(db, gateway, compared, clock), gateway, new RecordedOutbox(), new PaymentMetrics(meters, clock), clock, NullLogger<StripeOperations>.Instance);
    }

    /// <summary>Does something after Stripe has charged and before its answer is heard.</summary>
    private sealed class Meanwhile(Func<Task> what) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath.EndsWith("/confirm", StringComparison.Ordinal))
                await what();
            return answer;
        }
    }
}
