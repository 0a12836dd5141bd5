using System.Diagnostics;
using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace EShop.Bill.Issuing;

/// <summary>Issues the credit note of each refund as soon as the invoice is there that it takes back. Nobody outside is asked, so one short transaction does a batch of them.</summary>
internal sealed partial class IssueCreditNotes(
    IServiceScopeFactory scopes,
    IssueSignal signal,
    IOptions<StoreOptions> store,
    TimeProvider clock,
    ILogger<IssueCreditNotes> logger) : BackgroundService
{
    private const int Batch = 32;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly ActivitySource Source = new("EShop.Bill");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await IssueDueAsync(stoppingToken) < Batch)
                    await signal.RefundedAsync(await LeftAsync(stoppingToken), stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogAway(exception);
                await Task.Delay(Again, clock, stoppingToken);
            }
        }
    }

    /// <returns>How many there were.</returns>
    private async Task<int> IssueDueAsync(CancellationToken cancellationToken)
    {
        var due = await DueAsync(cancellationToken);
        if (due.Length > 0 && await IssueAsync(due, cancellationToken) is { Count: > 0 } refused)
            await PutOffAsync([.. refused], cancellationToken);
        return due.Length;
    }

    private async Task<Guid[]> DueAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BillDb>();
        var now = clock.GetUtcNow();
        return await WithInvoice(db).Where(due => due.DueAt <= now)
            .OrderBy(due => due.DueAt).Take(Batch).Select(due => due.RefundId).ToArrayAsync(cancellationToken);
    }

    /// <returns>How long until what was put off is due; null where nothing was.</returns>
    private async Task<TimeSpan?> LeftAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await WithInvoice(scope.ServiceProvider.GetRequiredService<BillDb>()).MinAsync(due => (DateTimeOffset?)due.DueAt, cancellationToken) - clock.GetUtcNow();
    }

    private static IQueryable<DueCreditNote> WithInvoice(BillDb db) =>
        db.DueCreditNotes.Where(due => db.Invoices.Any(invoice => invoice.OrderId == due.OrderId && invoice.Kind == Invoice.KindInvoice));

    /// <returns>Those that could not be issued.</returns>
    private async Task<IReadOnlyCollection<Guid>> IssueAsync(Guid[] refunds, CancellationToken cancellationToken)
    {
        try
        {
            return await IssueTogetherAsync(refunds, cancellationToken);
        }
        catch (DbUpdateException exception)
        {
            LogRefused(exception, refunds.Length, refunds[0]);
        }

        if (refunds is [_])
            return refunds;
        // One that the database refuses must not hold up the others.
        List<Guid> refused = [];
        foreach (var refund in refunds)
            refused.AddRange(await IssueAsync([refund], cancellationToken));
        return refused;
    }

    private async Task<IReadOnlyCollection<Guid>> IssueTogetherAsync(Guid[] refunds, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BillDb>();
        var outbox = scope.ServiceProvider.GetRequiredService<IOutbox>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);

        // The invoices first, in an order that is everybody's: who takes back the same one waits here, and then sees what is left of it after us.
        var invoices = await db.Invoices.FromSql(
            $"""
            SELECT * FROM invoices
            WHERE kind = {Invoice.KindInvoice} AND order_id IN (SELECT order_id FROM due_credit_notes WHERE refund_id = ANY ({refunds}))
            ORDER BY order_id FOR NO KEY UPDATE
            """).AsNoTracking().ToDictionaryAsync(invoice => invoice.OrderId, cancellationToken);
        var credited = (await db.Invoices.AsNoTracking().Where(note => invoices.Keys.Contains(note.OrderId) && note.Kind == Invoice.KindCreditNote).ToListAsync(cancellationToken))
            .ToLookup(note => note.OrderId, note => note.Document);
        // One that is gone was issued by another process while we waited.
        var due = await db.DueCreditNotes.Where(waiting => refunds.Contains(waiting.RefundId)).OrderBy(waiting => waiting.ReceivedAt).ToListAsync(cancellationToken);

        var open = invoices.ToDictionary(invoice => invoice.Key, invoice => new OpenInvoice(invoice.Value, credited[invoice.Key]));
        var notes = due.Select(waiting => (Due: waiting, Document: open[waiting.OrderId].Credit(waiting.Refund, store.Value.Seller))).ToLookup(note => note.Document is not null);
        foreach (var (waiting, _) in notes[false])
            LogExceeds(waiting.RefundId, waiting.Refund.Amount, waiting.OrderId);
        if (notes[true].Any())
        {
            // The counter last, so that others wait for it as shortly as can be. And never before its invoice, though the clocks of two machines differ.
            var now = invoices.Values.Select(invoice => invoice.IssuedAt).Append(clock.GetUtcNow()).Max();
            var counter = await db.LockCounterAsync(Invoice.SeriesCreditNote, store.Value.DateOf(now).Year, now, cancellationToken);
            foreach (var (waiting, document) in notes[true])
            {
                ActivityContext.TryParse(waiting.TraceParent, null, isRemote: true, out var refund);
                using var span = Source.StartActivity("issue credit note", ActivityKind.Internal, refund);
                var note = invoices[waiting.OrderId].Credit(waiting.RefundId, document!, counter.Take(now));
                db.Add(note);
                db.Add(new DrawingJob { InvoiceId = note.Id, DueAt = now });
                db.Remove(waiting);
                outbox.Publish(new BillIssued(note.OrderId, note.Id, note.Number, note.Kind), span?.Id ?? waiting.TraceParent);
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. notes[false].Select(note => note.Due.RefundId)];
    }

    private async Task PutOffAsync(Guid[] refunds, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        // 1, 2, 4 … 60 s: it says so again and again until somebody looks at it, and costs next to nothing.
        await scope.ServiceProvider.GetRequiredService<BillDb>().Database.ExecuteSqlAsync(
            $"""
            UPDATE due_credit_notes SET due_at = {clock.GetUtcNow()} + make_interval(secs => least(60, power(2, least(attempts, 10)))), attempts = attempts + 1
            WHERE refund_id = ANY ({refunds})
            """, cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Error, "The refund {Refund} of {Amount} minor units has no credit note, since it is of more than is left of the invoice of order {Order}; it is tried again.")]
    private partial void LogExceeds(Guid refund, long amount, Guid order);

    [LoggerMessage(2, LogLevel.Error, "{Count} credit notes, the first of refund {Refund}, could not be stored; each is tried alone.")]
    private partial void LogRefused(Exception exception, int count, Guid refund);

    [LoggerMessage(3, LogLevel.Warning, "Credit notes can't be issued right now; trying again.")]
    private partial void LogAway(Exception exception);
}
