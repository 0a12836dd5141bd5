using System.Data.Common;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Bill.Issuing;

/// <summary>Wakes the worker that issues invoices as soon as a job is committed in this process; jobs of other processes are found by its poll.</summary>
internal sealed class IssueSignal : DbTransactionInterceptor, IDisposable
{
    private readonly Signal _signal = new();

    /// <summary>Until there is a new job, or <paramref name="atMost"/> has passed.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _signal.WaitAsync(atMost, cancellationToken);

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context?.ChangeTracker.Entries<InvoiceJob>().Any() == true)
            _signal.Set();
        return Task.CompletedTask;
    }

    public void Dispose() => _signal.Dispose();
}
