using EShop.Contracts;

namespace EShop.Messaging;

/// <summary>Tells others what changed: an event is a row, written in the transaction of the change.</summary>
public interface IOutbox
{
    /// <summary>Adds the event to the service's context; it is stored by the same <c>SaveChanges</c> and transaction as the change, and published after the commit.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="traceParent">The W3C trace parent to publish under, where it is not the current activity's.</param>
    /// <exception cref="InvalidOperationException">The event is another service's to publish.</exception>
    void Publish<TEvent>(TEvent happened, string? traceParent = null)
        where TEvent : IEvent;

    /// <summary>The event as a row, added to nothing: for hot paths that write by SQL. Store it by <see cref="OutboxMessage.ToInsert"/> in the transaction of the change,
    /// then <see cref="Wake"/> after the commit.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="traceParent">The W3C trace parent to publish under, where it is not the current activity's.</param>
    /// <exception cref="InvalidOperationException">The event is another service's to publish.</exception>
    OutboxMessage Compose<TEvent>(TEvent happened, string? traceParent = null)
        where TEvent : IEvent;

    /// <summary>Has the relay publish now instead of at its next look, at most five seconds later. Needed only after a commit that Entity Framework did not make.</summary>
    void Wake();
}
