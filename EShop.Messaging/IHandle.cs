using EShop.Contracts;

namespace EShop.Messaging;

/// <summary>What a service does about an event. Runs in the transaction of its batch, on the scoped database context of the service, which the bus saves and
/// commits afterwards. It touches its own database only: whatever speaks to somebody outside is a job that it leaves there.</summary>
/// <remarks>Any two events may overtake each other, so a handler is right in any order. It is called once per event: the inbox sees to that. Throwing means that this event could
/// not be processed; lost connections, timeouts and lock failures are told apart by the bus and don't count as the event's own failure.
/// <see cref="System.Diagnostics.Activity.Current"/> is the consumer's span, child of the publisher's trace.</remarks>
public interface IHandle<in TEvent>
    where TEvent : IEvent<TEvent>
{
    /// <summary>Applies the event to the context, without saving or committing.</summary>
    Task HandleAsync(TEvent happened, CancellationToken cancellationToken);
}

/// <summary>Called once per batch, inside its transaction and before any handler: inserts the fate rows that the events need (sorted, <c>ON CONFLICT DO NOTHING</c>)
/// and locks every row that the batch will change, once, in id order (<c>FOR NO KEY UPDATE</c>), so that two batches never wait for each other in a circle.
/// What it loads into the context is found there by the handlers without another round trip.</summary>
public interface ILockRows
{
    /// <summary>Locks (and usually loads) what these events will change. The events are the new ones of the batch: what the inbox knows is left out.</summary>
    Task LockAsync(IReadOnlyList<IEvent> events, CancellationToken cancellationToken);
}
