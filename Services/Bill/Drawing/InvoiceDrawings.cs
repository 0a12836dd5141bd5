using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace EShop.Bill.Drawing;

/// <summary>Draws invoices and keeps what was drawn: once stored, a PDF never changes.</summary>
internal sealed class InvoiceDrawings(IServiceScopeFactory scopes, InvoiceHtml html, Browser browser, TimeProvider clock, IHostApplicationLifetime lifetime) : IDisposable
{
    // As many as the machine has processors: more at once only makes each of them slower.
    private readonly SemaphoreSlim _slots = new(Math.Clamp(Environment.ProcessorCount, 1, 4));
    private readonly ConcurrentDictionary<Guid, Lazy<Task>> _open = new();

    /// <summary>Whether somebody waits for a drawing.</summary>
    public bool IsBusy => !_open.IsEmpty;

    /// <summary>Draws and stores an invoice, unless it is drawn already. Asked for twice at once, it is drawn once. Who gives up waiting doesn't stop it: he finds it when he comes back.</summary>
    public Task DrawAsync(Guid invoiceId) => _open.GetOrAdd(invoiceId, id => new Lazy<Task>(() => DrawAndForgetAsync(id))).Value;

    public void Dispose() => _slots.Dispose();

    private async Task DrawAndForgetAsync(Guid invoiceId)
    {
        // Left at once, so that the Lazy holds its task before this removes it.
        await Task.Yield();
        var stopping = lifetime.ApplicationStopping;
        try
        {
            await _slots.WaitAsync(stopping);
            try
            {
                if (await ToDrawAsync(invoiceId, stopping) is { } invoice)
                    await StoreAsync(invoiceId, await browser.PrintAsync(await html.WriteAsync(invoice), stopping), stopping);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            _open.TryRemove(invoiceId, out _);
        }
    }

    private async Task<Invoice?> ToDrawAsync(Guid invoiceId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<BillDb>();
        return await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.Id == invoiceId && !db.InvoicePdfs.Any(p => p.InvoiceId == i.Id), cancellationToken);
    }

    private async Task StoreAsync(Guid invoiceId, byte[] pdf, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var hash = Convert.ToHexStringLower(SHA256.HashData(pdf));
        // Another process may have drawn it meanwhile, and somebody may have read that one: the first stays.
        await scope.ServiceProvider.GetRequiredService<BillDb>().Database.ExecuteSqlAsync(
            $"""
            WITH done AS (DELETE FROM drawing_jobs WHERE invoice_id = {invoiceId})
            INSERT INTO invoice_pdfs (invoice_id, content, hash, drawn_at) VALUES ({invoiceId}, {pdf}, {hash}, {clock.GetUtcNow()}) ON CONFLICT DO NOTHING
            """, cancellationToken);
    }
}
