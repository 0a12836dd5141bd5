using System.Data.Common;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EShop.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Messaging;

internal sealed class Outbox<TContext>(TContext db, EventBus bus, OutboxInterceptor commits, Signal relay, TimeProvider clock) : IOutbox
    where TContext : DbContext
{
    public void Publish<TEvent>(TEvent happened, string? traceParent = null)
        where TEvent : IEvent
    {
        db.Add(Compose(happened, traceParent));
        commits.Expect(db);
    }

    public OutboxMessage Compose<TEvent>(TEvent happened, string? traceParent = null)
        where TEvent : IEvent
    {
        var (type, publisher) = EventKind.Of(happened);
        if (publisher != bus.Service)
            throw new InvalidOperationException($"'{type}' is published by '{publisher}', not by '{bus.Service}'.");
        var now = clock.GetUtcNow();
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Type = type,
            Subject = happened.Subject,
            Time = now,
            TraceParent = traceParent ?? Activity.Current?.Id,
            Data = JsonSerializer.Serialize(happened, happened.GetType(), EventJson.Options),
        };
    }

    public void Wake() => relay.Set();
}

/// <summary>Wakes the relay once a context that published has committed, whether by a transaction or by a <c>SaveChanges</c> of its own, and also where that failed: it may have
/// been committed and only the answer lost.</summary>
internal sealed class OutboxInterceptor(Signal relay) : DbTransactionInterceptor, ISaveChangesInterceptor
{
    private readonly ConditionalWeakTable<DbContext, object> _expected = [];

    public void Expect(DbContext context) => _expected.AddOrUpdate(context, this);

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Saved(eventData.Context);
        return result;
    }

    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Saved(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Committed(eventData.Context);

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Committed(eventData.Context);
        return Task.CompletedTask;
    }

    public void SaveChangesFailed(DbContextErrorEventData eventData) => Failed(eventData.Context);

    public Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Failed(eventData.Context);
        return Task.CompletedTask;
    }

    public override void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => Failed(eventData.Context);

    public override Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Failed(eventData.Context);
        return Task.CompletedTask;
    }

    private void Saved(DbContext? context)
    {
        if (context is { Database.CurrentTransaction: null })
            Committed(context);
    }

    private void Committed(DbContext? context)
    {
        if (context is not null && _expected.Remove(context))
            relay.Set();
    }

    // Whoever tries again is still expected to commit.
    private void Failed(DbContext? context)
    {
        if (context is not null && _expected.TryGetValue(context, out _))
            relay.Set();
    }
}
