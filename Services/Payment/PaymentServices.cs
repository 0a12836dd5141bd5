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
