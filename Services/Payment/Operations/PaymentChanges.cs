using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Payment;

/// <summary>Wakes those who wait for a payment to change. Only changes of this process are told: who waits looks for itself now and then, since another replica may have made one.</summary>
internal sealed class PaymentChanges
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Waiters> _waiting = [];

    /// <summary>Begin to listen before you read: what is committed after the read is told then.</summary>
    public Subscription Listen(Guid orderId)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(orderId, out var waiters))
                _waiting[orderId] = waiters = new Waiters();
            waiters.Count++;
            return new Subscription(this, orderId, waiters);
        }
    }

    public void Tell(Guid orderId)
    {
        lock (_gate)
        {
            if (_waiting.Remove(orderId, out var waiters))
                waiters.Changed.SetResult();
        }
    }

    private void Leave(Guid orderId, Waiters waiters)
    {
        lock (_gate)
        {
            if (--waiters.Count == 0 && _waiting.TryGetValue(orderId, out var current) && current == waiters)
                _waiting.Remove(orderId);
        }
    }

    internal sealed class Waiters
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; set; }
    }

    internal readonly struct Subscription(PaymentChanges changes, Guid orderId, Waiters waiters) : IDisposable
    {
        public Task Changed => waiters.Changed.Task;

        public void Dispose() => changes.Leave(orderId, waiters);
    }
}

/// <summary>Tells of changed payments once they are committed, whoever made the change: a request, a worker, or the event bus. Those who wait for one hear of it, and the workers
/// when it is due: they may sleep for longer.</summary>
internal sealed class TellChanges(PaymentChanges changes, EndOperations operations, ExpirePayments expiry, ReadIntents reader) : DbTransactionInterceptor, ISaveChangesInterceptor
{
    public ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is PaymentDb db)
        {
            foreach (var entry in db.ChangeTracker.Entries())
            {
                if (entry.State is EntityState.Modified or EntityState.Added or EntityState.Deleted && Subject(entry.Entity) is { } orderId)
                {
                    db.Changing.Add(orderId);
                    db.Due.AddRange(Due(entry));
                }
            }
        }

        return ValueTask.FromResult(result);
    }

    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is PaymentDb { Database.CurrentTransaction: null } db)
            Tell(db);
        return ValueTask.FromResult(result);
    }

    // It may have been committed all the same, and only the answer lost: who waits looks for itself.
    public Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is PaymentDb { Database.CurrentTransaction: null } db)
            Tell(db);
        return Task.CompletedTask;
    }

    public override Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is PaymentDb db)
            Tell(db);
        return Task.CompletedTask;
    }

    public override Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is PaymentDb db)
            Forget(db);
        return Task.CompletedTask;
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is PaymentDb db)
            Tell(db);
        return Task.CompletedTask;
    }

    private static Guid? Subject(object entity) => entity switch { Payment payment => payment.OrderId, Operation operation => operation.OrderId, _ => null };

    // While an operation is open its payment is not read: a webhook that came meanwhile waits for its end.
    private IEnumerable<(Worker, DateTimeOffset)> Due(EntityEntry entry)
    {
        if (entry is { Entity: Operation operation, State: not EntityState.Deleted })
            yield return (operations, operation.LeaseUntil);
        if (entry is { Entity: Operation, State: EntityState.Deleted })
            yield return (reader, DateTimeOffset.MinValue);
        if (entry.Entity is Payment { IsUnpaid: true, ExpiresAt: { } expiresAt })
            yield return (expiry, expiresAt);
        if (entry.Entity is Payment { ReadAt: { } readAt })
            yield return (reader, readAt);
    }

    private void Tell(PaymentDb db)
    {
        foreach (var orderId in db.Changing)
            changes.Tell(orderId);
        foreach (var (worker, at) in db.Due)
            worker.LookBy(at);
        Forget(db);
    }

    private static void Forget(PaymentDb db)
    {
        db.Changing.Clear();
        db.Due.Clear();
    }
}
