using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Forgets webhook events after 90 days, far longer than Stripe sends one again.</summary>
internal sealed class PurgeWebhookEvents(IServiceScopeFactory scopes, TimeProvider clock, ILogger<PurgeWebhookEvents> logger)
    : Worker(scopes, clock, TimeSpan.FromHours(1), logger)
{
    private const int Batch = 1000;

    protected override async Task<DateTimeOffset> WorkAsync(IServiceProvider services, CancellationToken stoppingToken)
    {
        var db = services.GetRequiredService<PaymentDb>();
        var old = Clock.GetUtcNow().AddDays(-90);
        return await db.Database.ExecuteSqlAsync(
            $"DELETE FROM webhook_events WHERE id IN (SELECT id FROM webhook_events WHERE received_at < {old} LIMIT {Batch} FOR UPDATE SKIP LOCKED)", stoppingToken) == Batch ? AtOnce : Whenever;
    }
}
