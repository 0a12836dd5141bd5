using System.Text.Json;
using EShop.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.Messaging;

/// <summary>Which events a service acts on, and by what.</summary>
public sealed class EventBusBuilder
{
    private readonly IServiceCollection _services;

    internal EventBusBuilder(IServiceCollection services) => _services = services;

    internal Dictionary<string, Subscription> Subscriptions { get; } = [];

    /// <summary>Has <typeparamref name="THandler"/> called for every <typeparamref name="TEvent"/>; its publisher's stream is subscribed to.</summary>
    /// <exception cref="ArgumentException">The event has a handler already: two would share one inbox id, and one transaction.</exception>
    public EventBusBuilder On<TEvent, THandler>()
        where TEvent : IEvent<TEvent>
        where THandler : class, IHandle<TEvent>
    {
        Subscriptions.Add(TEvent.Type, new(
            TEvent.Type,
            TEvent.Publisher,
            static data => JsonSerializer.Deserialize<TEvent>(data, EventJson.Options) ?? throw new JsonException("The data is null."),
            static (services, happened, cancellationToken) => services.GetRequiredService<IHandle<TEvent>>().HandleAsync((TEvent)happened, cancellationToken)));
        _services.AddScoped<IHandle<TEvent>, THandler>();
        return this;
    }

    /// <summary>Has <typeparamref name="TLocks"/> lock the rows of each batch before its handlers run.</summary>
    public EventBusBuilder LockFirst<TLocks>()
        where TLocks : class, ILockRows
    {
        _services.AddScoped<ILockRows, TLocks>();
        return this;
    }
}
