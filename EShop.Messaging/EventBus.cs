using EShop.Contracts;

namespace EShop.Messaging;

/// <summary>Which service this is on the bus, and what it subscribes to.</summary>
internal sealed record EventBus(string Service, IReadOnlyDictionary<string, Subscription> Subscriptions)
{
    /// <summary>Each process reads under a name of its own: entries of one that died are told from those of one that lives.</summary>
    public string Consumer { get; } = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";

    /// <summary>Whether this service acts on the entry; one without a type is not known to be somebody else's.</summary>
    public bool Knows(Entry entry, string publisher) =>
        !entry.Fields.TryGetValue("type", out var type) || (Subscriptions.TryGetValue(type, out var subscription) && subscription.Publisher == publisher);

    /// <summary>Reads an entry of a stream that this service subscribes to.</summary>
    /// <exception cref="Exception">A field is missing, or the data is not what its type says.</exception>
    public Delivery Read(Entry entry, string publisher)
    {
        var envelope = Envelope.Read(entry);
        return Knows(entry, publisher)
            ? new(entry, envelope, Subscriptions[envelope.Type], Subscriptions[envelope.Type].Read(envelope.Data))
            : throw new FormatException($"This service does not act on '{envelope.Type}'.");
    }

    public IEnumerable<string> Publishers => Subscriptions.Values.Select(s => s.Publisher).Distinct().Order();
}

/// <summary>How events of one type are read and handled.</summary>
internal sealed record Subscription(
    string Type,
    string Publisher,
    Func<string, IEvent> Read,
    Func<IServiceProvider, IEvent, CancellationToken, Task> HandleAsync);
