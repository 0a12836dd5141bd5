using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Bill.Issuing;

/// <summary>Wakes the worker that issues invoices as soon as a job is committed in this process; jobs of other processes are found by its poll.</summary>
internal sealed class IssueSignal : DbTransactionInterceptor, IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    /// <summary>Until there is a new job, or <paramref name="atMost"/> has passed.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _set.WaitAsync(atMost, cancellationToken);

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context?.ChangeTracker.Entries<InvoiceJob>().Any() == true)
            Set();
        return Task.CompletedTask;
    }

    public void Dispose() => _set.Dispose();

    private void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // Set already, and not looked at since: the worker will see this job too.
        }
    }
}
