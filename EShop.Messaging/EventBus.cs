using EShop.Contracts;

namespace EShop.Messaging;

/// <summary>Which service this is on the bus, and what it subscribes to.</summary>
internal sealed record EventBus(string Service, IReadOnlyDictionary<string, Subscription> Subscriptions)
{
    /// <summary>Each process reads under a name of its own: entries of one that died are told from those of one that lives.</summary>
    public string Consumer { get; } = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";

    public IEnumerable<string> Publishers => Subscriptions.Values.Select(s => s.Publisher).Distinct().Order();
}

/// <summary>How events of one type are read and handled.</summary>
internal sealed record Subscription(
    string Type,
    string Publisher,
    Func<string, IEvent> Read,
    Func<IServiceProvider, IEvent, CancellationToken, Task> HandleAsync);
