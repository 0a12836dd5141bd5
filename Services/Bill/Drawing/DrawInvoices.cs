using EShop.Bill.Issuing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace EShop.Bill.Drawing;

/// <summary>Draws in the background what nobody has asked for yet, one at a time and only while there is nothing better to do: a rush of orders never waits for the browser.</summary>
internal sealed partial class DrawInvoices(
    IServiceScopeFactory scopes,
    InvoiceDrawings drawings,
    Browser browser,
    IssueSignal signal,
    IOptions<BillOptions> options,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<DrawInvoices> logger) : BackgroundService
{
    // The browser costs a processor a second or two: whoever starts beside us comes first.
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // While invoices are being issued: then the processors have something better to do.
    private static readonly TimeSpan Rush = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (ChromiumPath.Find(options.Value.Browser) is null)
            LogMissing(ChromiumPath.Missing);
        await StartedAsync(stoppingToken);
        await Task.Delay(Start, clock, stoppingToken);
        for (var last = DateTimeOffset.MinValue; ; await WaitAsync(last, stoppingToken))
        {
            try
            {
                if (ChromiumPath.Find(options.Value.Browser) is null)
                    continue;
                await browser.TendAsync(stoppingToken);
                while (!drawings.IsBusy && await NextAsync(clock.GetUtcNow() - last < Rush, stoppingToken) is { } invoice)
                {
                    last = clock.GetUtcNow();
                    await drawings.DrawAsync(invoice);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
    }

    // Whoever waits for an invoice comes first, and so does the issuing of the next ones. In a rush there is always one that was drawn lately.
    private async Task WaitAsync(DateTimeOffset last, CancellationToken stoppingToken)
    {
        if (!drawings.IsBusy && clock.GetUtcNow() - last > 2 * Rush)
            await signal.IssuedAsync(stoppingToken);
        await Task.Delay(Pause, clock, stoppingToken);
    }

    /// <summary>Takes the next job. In a rush, which is when something was issued within the last seconds, it takes none unless the last drawing is a while ago.</summary>
    private async Task<Guid?> NextAsync(bool drewLately, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BillDb>();
        var now = clock.GetUtcNow();
        if (drewLately && await db.InvoiceCounters.AnyAsync(counter => counter.LastAt > now - Rush, cancellationToken))
            return null;
        var jobs = await db.DrawingJobs.FromSql(
            $"""
            UPDATE drawing_jobs SET due_at = {now + Lease} + make_interval(secs => 30 * least(attempts, 20)), attempts = attempts + 1
            WHERE invoice_id = (SELECT invoice_id FROM drawing_jobs WHERE due_at <= {now} ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(cancellationToken);
        return jobs.Count == 0 ? null : jobs[0].InvoiceId;
    }

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Error, "{Sentence}")]
    private partial void LogMissing(string sentence);

    [LoggerMessage(2, LogLevel.Warning, "What is to be drawn could not be taken, drawn or stored; it is tried again in a while, or as soon as somebody asks for it.")]
    private partial void LogFailed(Exception exception);
}
