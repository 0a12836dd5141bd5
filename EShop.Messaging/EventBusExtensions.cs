using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace EShop.Messaging;

/// <summary>How a service gets onto the event bus.</summary>
public static class EventBusExtensions
{
    /// <summary>Adds outbox, relay and the consumers of what <paramref name="configure"/> subscribes to, over the database context and the <c>NpgsqlDataSource</c> of the
    /// service and the Redis of the connection string <c>redis</c>. Work begins once the application has started.</summary>
    /// <param name="builder">The host of the service.</param>
    /// <param name="service">The service's name: its stream is <c>{events:NAME}</c>, its consumer groups bear it.</param>
    /// <param name="configure">What the service subscribes to.</param>
    public static IHostApplicationBuilder AddEventBus<TContext>(this IHostApplicationBuilder builder, string service, Action<EventBusBuilder>? configure = null)
        where TContext : DbContext
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        var services = builder.Services;
        var bus = new EventBusBuilder(services);
        configure?.Invoke(bus);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new EventBus(service, bus.Subscriptions));
        services.AddSingleton<Broker>();
        services.AddSingleton<BusMetrics>();
        services.AddSingleton<Signal>();
        services.AddKeyedSingleton<Signal>(Relay.Published);
        services.AddSingleton<OutboxInterceptor>();
        services.ConfigureDbContext<TContext>((provider, options) => options.AddInterceptors(provider.GetRequiredService<OutboxInterceptor>()));
        services.AddScoped<IOutbox, Outbox<TContext>>();
        services.AddSingleton<Inbox<TContext>>();
        services.AddSingleton<Parking>();
        services.AddSingleton(provider => new DeadLetters<TContext>(
            provider.GetRequiredService<IServiceScopeFactory>(), provider.GetRequiredService<EventBus>(), provider.GetRequiredService<Inbox<TContext>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<Relay>();
        services.AddHostedService<Watermark>();
        services.AddHostedService<Consumers<TContext>>();
        services.AddHostedService<Housekeeping>();
        builder.AddDatabaseGauges(
            Telemetry.Name,
            "SELECT 'eshop.events.dead_letters', NULL, count(*)::float8 FROM dead_letters",
            new DatabaseGauge("eshop.events.dead_letters", "{message}", "Events that wait for a person, since they could not be processed."));
        services.AddHealthChecks().AddCheck<BrokerHealthCheck>("event_bus", HealthStatus.Degraded);
        return builder;
    }

    /// <summary>Adds the bus's tables to a service's model: call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddEventBus(this ModelBuilder model) => EventBusModel.Add(model);
}
