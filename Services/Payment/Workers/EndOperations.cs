using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Ends operations that nobody holds any more: their process died, or Stripe's answer was not clear.</summary>
internal sealed class EndOperations(IServiceScopeFactory scopes, TimeProvider clock, ILogger<EndOperations> logger)
    : Worker(scopes, clock, Poll, logger)
{
    private const int Batch = 8;

    protected override async Task<DateTimeOffset> WorkAsync(IServiceProvider services, CancellationToken stoppingToken)
    {
        var db = services.GetRequiredService<PaymentDb>();
        var now = Clock.GetUtcNow();
        if (await db.Operations.MinAsync(o => (DateTimeOffset?)o.LeaseUntil, stoppingToken) is not { } first)
            return Whenever;
        if (first > now)
            return first;
        var taken = await db.TakeExpiredAsync(Batch, now, stoppingToken);
        await Task.WhenAll(taken.Select(operation => EndAsync(operation.OrderId, operation.LeaseToken, stoppingToken)));
        return taken.Count > 0 ? AtOnce : now + Soon;
    }

    public async Task EndAsync(Guid orderId, Guid leaseToken, CancellationToken stoppingToken)
    {
        await using var scope = Scopes.CreateAsyncScope();
        var payment = await scope.ServiceProvider.GetRequiredService<PaymentDb>().Payments.Include(p => p.Operation)
            .SingleOrDefaultAsync(p => p.OrderId == orderId && p.Operation!.LeaseToken == leaseToken, stoppingToken);
        if (payment is not null)
            await scope.ServiceProvider.GetRequiredService<StripeOperations>().RunAsync(payment, stoppingToken, stoppingToken);
    }
}
