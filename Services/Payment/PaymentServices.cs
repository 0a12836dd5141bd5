using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Payment;

internal static class PaymentServices
{
    /// <summary>What the slices and handlers work with.</summary>
    public static IHostApplicationBuilder AddPayments(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<PaymentOptions>().BindConfiguration("Payment").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PaymentMetrics>();
        builder.AddDatabaseGauges(
            PaymentMetrics.MeterName,
            """
            SELECT 'eshop.payment.unfinished', status, (SELECT count(*)::float8 FROM payments p WHERE p.status = s.status AND p.status IN ('awaiting_stock', 'awaiting_payment', 'requires_action'))
            FROM unnest(ARRAY['awaiting_stock', 'awaiting_payment', 'requires_action']) AS s (status)
            UNION ALL SELECT 'eshop.payment.unfinished', 'processing', count(*) FROM payments WHERE read_at IS NOT NULL AND status = 'processing'
            UNION ALL SELECT 'eshop.payment.overdue', NULL, count(*) FROM payments
                WHERE status IN ('awaiting_stock', 'awaiting_payment', 'requires_action') AND expires_at < now() - interval '1 minute'
            UNION ALL SELECT 'eshop.payment.attention', NULL, count(*) FROM concerns WHERE dismissed_at IS NULL AND (kind <> 'drift' OR times > 1)
            """,
            new DatabaseGauge("eshop.payment.unfinished", "{payment}", "Payments that have not ended, by status.", "status"),
            new DatabaseGauge("eshop.payment.overdue", "{payment}", "Payments that should have ended over a minute ago."),
            new DatabaseGauge("eshop.payment.attention", "{concern}", "What waits for a person at Payment."));
        services.AddSingleton<PaymentChanges>();
        services.AddSingleton<IInterceptor, TellChanges>();
        services.AddScoped<PaymentReader>();
        services.AddScoped<StripeQuestions>();
        services.AddScoped<StripeOperations>();
        services.AddScoped<ObeyStripe>();
        services.AddScoped<LostEvents>();
        services.AddSingleton<FindDrift>();
        services.AddSingleton<FirstComparison>();
        return builder;
    }

    /// <summary>What goes on without a request. Each looks for its own work in the database, so any number of replicas share it.</summary>
    public static IHostApplicationBuilder AddWorkers(this IHostApplicationBuilder builder) => builder
        .AddWorker<EndOperations>()
        .AddWorker<ExpirePayments>()
        .AddWorker<ReadIntents>()
        .AddWorker<Reconcile>()
        .AddWorker<CreateCustomers>()
        .AddWorker<PurgeWebhookEvents>();

    private static IHostApplicationBuilder AddWorker<TWorker>(this IHostApplicationBuilder builder)
        where TWorker : Worker
    {
        builder.Services.AddSingleton<TWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TWorker>());
        return builder;
    }
}
