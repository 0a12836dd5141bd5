using System.Diagnostics;
using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace EShop.Bill.Issuing;

/// <summary>Issues what is paid: asks Stripe for the cards of a batch of jobs outside any transaction, then gives all of them their numbers in one short one.</summary>
internal sealed partial class IssueInvoices(
    IServiceScopeFactory scopes,
    StripeCharges charges,
    IssueSignal signal,
    IOptions<StoreOptions> store,
    TimeProvider clock,
    ILogger<IssueInvoices> logger) : BackgroundService
{
    private const int Batch = 32;

    // Longer than Stripe may take, short enough that another process takes over soon when this one dies.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly ActivitySource Source = new("EShop.Bill");

    /// <summary>Issues one batch of due jobs.</summary>
    /// <returns>How many jobs there were.</returns>
    public async Task<int> IssueDueAsync(CancellationToken cancellationToken)
    {
        var jobs = await TakeJobsAsync(cancellationToken);
        var answers = await Task.WhenAll(jobs.Select(job => PrepareAsync(job, cancellationToken)));
        List<Prepared> prepared = [.. answers.OfType<Prepared>().OrderBy(ready => ready.Job.PaidAt)];
        HashSet<Guid> failed = [.. jobs.Select(job => job.OrderId).Except(prepared.Select(ready => ready.Job.OrderId))];
        if (prepared.Count > 0 && !await TryIssueAsync(prepared, cancellationToken))
        {
            // One that the database refuses must not hold up the others.
            foreach (var ready in prepared)
            {
                if (prepared.Count == 1 || !await TryIssueAsync([ready], cancellationToken))
                    failed.Add(ready.Job.OrderId);
            }
        }

        if (failed.Count > 0)
            await PutOffAsync([.. failed], cancellationToken);
        return jobs.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await IssueDueAsync(stoppingToken) < Batch)
                    await signal.PaidAsync(await LeftAsync(stoppingToken), stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogAway(exception);
                await Task.Delay(Again, clock, stoppingToken);
            }
        }
    }

    private async Task<List<InvoiceJob>> TakeJobsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = clock.GetUtcNow();
        return await scope.ServiceProvider.GetRequiredService<BillDb>().InvoiceJobs.FromSql(
            $"""
            UPDATE invoice_jobs SET due_at = {now + Lease}, attempts = attempts + 1
            WHERE order_id IN (SELECT order_id FROM invoice_jobs WHERE due_at <= {now} ORDER BY due_at LIMIT {Batch} FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <returns>How long until what was put off is due; null where nothing was.</returns>
    private async Task<TimeSpan?> LeftAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<BillDb>().InvoiceJobs.MinAsync(job => (DateTimeOffset?)job.DueAt, cancellationToken) - clock.GetUtcNow();
    }

    private async Task<Prepared?> PrepareAsync(InvoiceJob job, CancellationToken cancellationToken)
    {
        ActivityContext.TryParse(job.TraceParent, null, isRemote: true, out var order);
        using var span = Source.StartActivity("issue invoice", ActivityKind.Internal, order);
        try
        {
            var payment = await charges.ReadAsync(job, cancellationToken);
            return new(job, InvoiceDocument.Of(job.Order, store.Value.Seller, payment), span?.Id ?? job.TraceParent);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            LogNotReady(job.OrderId, job.ChargeId, job.Attempts, exception.GetType().Name, exception.Message);
            return null;
        }
    }

    private async Task<bool> TryIssueAsync(IReadOnlyList<Prepared> prepared, CancellationToken cancellationToken)
    {
        try
        {
            await IssueAsync(prepared, cancellationToken);
            return true;
        }
        catch (DbUpdateException exception)
        {
            LogRefused(exception, prepared.Count, prepared[0].Job.OrderId);
            return false;
        }
    }

    private async Task IssueAsync(IReadOnlyList<Prepared> prepared, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BillDb>();
        var outbox = scope.ServiceProvider.GetRequiredService<IOutbox>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);

        // The counter first and the jobs after it: all who issue wait here, in one line, so no two of them can wait for each other in a circle.
        var now = clock.GetUtcNow();
        var counter = await db.LockCounterAsync(Invoice.SeriesInvoice, store.Value.DateOf(now).Year, now, cancellationToken);

        // Whoever deletes a job issues it. One that is gone was issued by somebody else after our lease had run out.
        Guid[] orders = [.. prepared.Select(ready => ready.Job.OrderId)];
        var ours = (await db.Database.SqlQuery<Guid>($"DELETE FROM invoice_jobs WHERE order_id = ANY ({orders}) RETURNING order_id").ToListAsync(cancellationToken)).ToHashSet();
        foreach (var (job, document, traceParent) in prepared.Where(ready => ours.Contains(ready.Job.OrderId)))
        {
            var invoice = Invoice.Issue(job.Order, document, counter.Take(now));
            db.Add(invoice);
            db.Add(new DrawingJob { InvoiceId = invoice.Id, DueAt = now });
            outbox.Publish(new BillIssued(invoice.OrderId, invoice.Id, invoice.Number, invoice.Kind), traceParent);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task PutOffAsync(Guid[] orders, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        // 0.5, 1, 2 … 15 s: an hour without Stripe costs nobody his invoice, and a minute after it is back all are issued.
        await scope.ServiceProvider.GetRequiredService<BillDb>().Database.ExecuteSqlAsync(
            $"""
            UPDATE invoice_jobs SET due_at = {clock.GetUtcNow()} + make_interval(secs => least(15, 0.25 * power(2, least(attempts, 10))))
            WHERE order_id = ANY ({orders})
            """, cancellationToken);
    }

    private sealed record Prepared(InvoiceJob Job, InvoiceDocument Document, string? TraceParent);

    [LoggerMessage(1, LogLevel.Warning, "The invoice of order {Order} waits, since its charge {Charge} could not be read (attempt {Attempt}): {Failure}: {Reason}")]
    private partial void LogNotReady(Guid order, string charge, int attempt, string failure, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Count} invoices, the first of order {Order}, could not be stored; each is tried alone.")]
    private partial void LogRefused(Exception exception, int count, Guid order);

    [LoggerMessage(3, LogLevel.Warning, "Invoices can't be issued right now; trying again.")]
    private partial void LogAway(Exception exception);
}
