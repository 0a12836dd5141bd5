using System.Data.Common;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Bill.Issuing;

/// <summary>Wakes the workers that issue as soon as there is something to issue, committed in this process; that of other processes is found by their polls.</summary>
internal sealed class IssueSignal : DbTransactionInterceptor, IDisposable
{
    private readonly Signal _paid = new();
    private readonly Signal _refunded = new();

    /// <summary>Until there is a new invoice to issue, or <paramref name="atMost"/> has passed.</summary>
    public Task PaidAsync(TimeSpan atMost, CancellationToken cancellationToken) => _paid.WaitAsync(atMost, cancellationToken);

    /// <summary>Until there is a new refund, or the invoice that one may wait for, or <paramref name="atMost"/> has passed.</summary>
    public Task RefundedAsync(TimeSpan atMost, CancellationToken cancellationToken) => _refunded.WaitAsync(atMost, cancellationToken);

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context?.ChangeTracker is not { } changes)
            return Task.CompletedTask;
        if (changes.Entries<InvoiceJob>().Any())
            _paid.Set();
        if (changes.Entries<DueCreditNote>().Any() || changes.Entries<Invoice>().Any())
            _refunded.Set();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _paid.Dispose();
        _refunded.Dispose();
    }
}
