using System.Collections.Concurrent;
using System.Reflection;
using EShop.Contracts;

namespace EShop.Messaging;

/// <summary>The type name and the publisher of an event, also where the caller holds it as a plain <see cref="IEvent"/>.</summary>
internal sealed record EventKind(string Type, string Publisher)
{
    private static readonly ConcurrentDictionary<Type, EventKind> Known = new();

    public static EventKind Of(IEvent happened) => Known.GetOrAdd(happened.GetType(), static type =>
        (EventKind)typeof(EventKind).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, null)!);

    public static string StreamOf(string publisher) => $"{{events:{publisher}}}";

    private static EventKind Read<TEvent>()
        where TEvent : IEvent<TEvent> => new(TEvent.Type, TEvent.Publisher);
}
