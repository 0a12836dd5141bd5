using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Tests.Support;

/// <summary>An outbox that keeps what would be told.</summary>
internal sealed class RecordedOutbox : IOutbox
{
    public List<IEvent> Events { get; } = [];

    public void Publish<TEvent>(TEvent happened, string? traceParent = null)
        where TEvent : IEvent => Events.Add(happened);

    public OutboxMessage Compose<TEvent>(TEvent happened, string? traceParent = null)
        where TEvent : IEvent => throw new NotSupportedException();

    public void Wake() => throw new NotSupportedException();
}
