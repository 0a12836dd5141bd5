using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Makes a customer at Stripe of everybody who registered. A payment that comes sooner goes without.</summary>
internal sealed class CreateCustomers(IServiceScopeFactory scopes, StripeGateway stripe, TimeProvider clock, ILogger<CreateCustomers> logger)
    : Worker(scopes, clock, TimeSpan.FromSeconds(1), logger)
{
    private const int AtOnce = 8;

    protected override async Task<bool> WorkAsync(IServiceProvider services, CancellationToken stoppingToken)
    {
        var db = services.GetRequiredService<PaymentDb>();
        var now = Clock.GetUtcNow();
        var due = await db.Customers.FromSql($"""
            UPDATE customers SET try_at = {now.AddSeconds(5)}
            WHERE user_id IN (SELECT user_id FROM customers WHERE stripe_id IS NULL AND try_at <= {now} ORDER BY try_at LIMIT {AtOnce} FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).ToListAsync(stoppingToken);
        await Task.WhenAll(due.Select(async customer => customer.StripeId = await CreateAsync(customer, stoppingToken)));
        await db.SaveChangesAsync(stoppingToken);
        return due.Count == AtOnce;
    }

    // A failure may be stored under the key, with the customer behind it: then the same key would fail for a day.
    private async Task<string?> CreateAsync(Customer customer, CancellationToken stoppingToken)
    {
        var created = await stripe.CreateCustomerAsync(customer, stoppingToken);
        return created.Kind == AnswerKind.Failed ? (await stripe.FindCustomerAsync(customer, stoppingToken)).Value : created.Value;
    }
}
