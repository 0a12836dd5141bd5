using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Makes a customer at Stripe of everybody who registered. A payment that comes sooner goes without.</summary>
internal sealed class CreateCustomers(IServiceScopeFactory scopes, StripeGateway stripe, TimeProvider clock, ILogger<CreateCustomers> logger)
    : Worker(scopes, clock, Poll, logger)
{
    private const int Batch = 8;

    /// <summary>Longer than the asking takes: three calls at most, of ten seconds each.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    protected override async Task<DateTimeOffset> WorkAsync(IServiceProvider services, CancellationToken stoppingToken)
    {
        var db = services.GetRequiredService<PaymentDb>();
        var now = Clock.GetUtcNow();
        if (await db.Customers.Where(c => c.StripeId == null).MinAsync(c => (DateTimeOffset?)c.TryAt, stoppingToken) is not { } first)
            return Whenever;
        if (first > now)
            return first;
        var due = await db.Customers.FromSql($"""
            UPDATE customers SET try_at = {now + Lease}
            WHERE user_id IN (SELECT user_id FROM customers WHERE stripe_id IS NULL AND try_at <= {now} ORDER BY try_at LIMIT {Batch} FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).ToListAsync(stoppingToken);
        await Task.WhenAll(due.Select(customer => CreateAsync(customer, now, stoppingToken)));
        await db.SaveChangesAsync(stoppingToken);
        return due.Count > 0 ? AtOnce : now + Soon;
    }

    private async Task CreateAsync(Customer customer, DateTimeOffset now, CancellationToken stoppingToken)
    {
        var key = $"customer:{customer.UserId}";
        var created = await stripe.CreateCustomerAsync(customer, key, stoppingToken);
        // A failure is stored under the key for a day, with or without the customer behind it.
        if (created.Kind == AnswerKind.Failed)
        {
            created = await stripe.FindCustomerAsync(customer, stoppingToken);
            if (created.Kind == AnswerKind.Refused)
                created = await stripe.CreateCustomerAsync(customer, $"{key}:{now.ToUnixTimeSeconds() / 3600}", stoppingToken);
        }

        customer.StripeId = created.Value;
        customer.TryAt = NextTry(customer, created.Kind, Clock.GetUtcNow());
    }

    /// <summary>What Stripe refused is not offered to it again the same day. An outage is asked through, the more seldom the longer ago somebody registered.</summary>
    internal static DateTimeOffset NextTry(Customer customer, AnswerKind answer, DateTimeOffset now) => answer == AnswerKind.Refused
        ? now.AddDays(1)
        : now + TimeSpan.FromSeconds(Math.Clamp((now - customer.UserId.MadeAt()).TotalSeconds / 2, 5, 600));
}
