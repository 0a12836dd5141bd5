using EShop.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.Messaging;

/// <summary>Which events a service acts on, and by what.</summary>
public sealed class EventBusBuilder
{
    private readonly IServiceCollection _services;

    internal EventBusBuilder(IServiceCollection services) => _services = services;

    /// <summary>Has <typeparamref name="THandler"/> called for every <typeparamref name="TEvent"/>; its publisher's stream is subscribed to.</summary>
    public EventBusBuilder On<TEvent, THandler>()
        where TEvent : IEvent<TEvent>
        where THandler : class, IHandle<TEvent>
    {
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
