using System.Data.Common;
using System.Runtime.CompilerServices;
using EShop.Products.Stock;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Products.Catalog;

/// <summary>Has the ready answers dropped, and the stock announced, once a change to a product is committed, whoever commits it: a request, the idempotency around it, or the event bus.
/// Dropping before the commit would let a reading in between bring the old state back.</summary>
internal sealed class TellWhatChanged(HotAnswers answers, MovedStock moved) : DbTransactionInterceptor, ISaveChangesInterceptor
{
    private readonly ConditionalWeakTable<DbContext, HashSet<Guid>> _unfinished = [];

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } db)
        {
            var changed = _unfinished.GetOrCreateValue(db);
            foreach (var entry in db.ChangeTracker.Entries<Product>().Where(entry => entry.State is EntityState.Added or EntityState.Modified))
                changed.Add(entry.Entity.Id);
        }
        return ValueTask.FromResult(result);
    }

    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { Database.CurrentTransaction: null } db)
            Tell(db);
        return ValueTask.FromResult(result);
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(eventData.Context);
        return Task.CompletedTask;
    }

    /// <summary>A commit whose answer was lost may have been one.</summary>
    public override Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(eventData.Context);
        return Task.CompletedTask;
    }

    private void Tell(DbContext? db)
    {
        if (db is null || !_unfinished.TryGetValue(db, out var changed) || changed.Count == 0)
            return;
        answers.Changed(changed);
        moved.Add(changed);
        changed.Clear();
    }
}
