using System.Data.Common;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Bill.Issuing;

/// <summary>Wakes the workers that issue as soon as there is something to issue, committed in this process; that of other processes is found by their polls.</summary>
internal sealed class IssueSignal : DbTransactionInterceptor, IDisposable
{
    // Shorter than any lease, so that each is known of before it runs out.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    private readonly Signal _paid = new();
    private readonly Signal _refunded = new();
    private readonly Signal _issued = new();

    /// <summary>Until there is a new invoice to issue, or what is <paramref name="left"/> is due, or it is time to look for what other processes left.</summary>
    public Task PaidAsync(TimeSpan? left, CancellationToken cancellationToken) => _paid.WaitAsync(AtMost(left), cancellationToken);

    /// <summary>The same for a new refund, or the invoice that one may wait for.</summary>
    public Task RefundedAsync(TimeSpan? left, CancellationToken cancellationToken) => _refunded.WaitAsync(AtMost(left), cancellationToken);

    /// <summary>Until something was issued, or it is time to look for what other processes left to be drawn.</summary>
    public Task IssuedAsync(CancellationToken cancellationToken) => _issued.WaitAsync(Poll, cancellationToken);

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(eventData.Context);
        return Task.CompletedTask;
    }

    // It may have been committed all the same, and only the answer lost.
    public override Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(eventData.Context);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _paid.Dispose();
        _refunded.Dispose();
        _issued.Dispose();
    }

    private void Tell(DbContext? context)
    {
        if (context?.ChangeTracker is not { } changes)
            return;
        if (changes.Entries<InvoiceJob>().Any())
            _paid.Set();
        var issued = changes.Entries<Invoice>().Any();
        if (issued || changes.Entries<DueCreditNote>().Any())
            _refunded.Set();
        if (issued)
            _issued.Set();
    }

    // What is due and was not taken is in another's hands.
    private static TimeSpan AtMost(TimeSpan? left) => left is not { } due || due > Poll ? Poll : due < Shortest ? Shortest : due;
}
