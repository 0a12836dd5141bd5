using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace EShop.Messaging;

/// <summary>How a service gets onto the event bus.</summary>
public static class EventBusExtensions
{
    /// <summary>Adds outbox, relay and the consumers of what <paramref name="configure"/> subscribes to, over the database context of the service and the Redis of
    /// the connection string <c>redis</c>.</summary>
    /// <param name="service">The service's name: its stream is <c>{events:NAME}</c>, its consumer groups bear it.</param>
    public static IHostApplicationBuilder AddEventBus<TContext>(this IHostApplicationBuilder builder, string service, Action<EventBusBuilder>? configure = null)
        where TContext : DbContext
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        configure?.Invoke(new EventBusBuilder(builder.Services));
        return builder;
    }

    /// <summary>Adds the bus's tables to a service's model: call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddEventBus(this ModelBuilder model) => EventBusModel.Add(model);
}
