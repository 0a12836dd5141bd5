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
        await Task.WhenAll(due.Select(customer => CreateAsync(customer, now, stoppingToken)));
        await db.SaveChangesAsync(stoppingToken);
        return due.Count == AtOnce;
    }

    private async Task CreateAsync(Customer customer, DateTimeOffset now, CancellationToken stoppingToken)
    {
        var created = await stripe.CreateCustomerAsync(customer, stoppingToken);
        // A failure may be stored under the key, with the customer behind it: then the same key would fail for a day.
        if (created.Kind == AnswerKind.Failed)
            created = await stripe.FindCustomerAsync(customer, stoppingToken);
        else if (created.Kind == AnswerKind.Refused)
            customer.TryAt = now.AddDays(1); // What Stripe does not take today is not offered to it every few seconds.
        customer.StripeId = created.Value;
    }
}
