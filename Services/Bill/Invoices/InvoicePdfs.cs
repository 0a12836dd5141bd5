using EShop.Bill.Drawing;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Bill.Invoices;

/// <summary>The PDF of an invoice for somebody who asks: what is stored, or else what is drawn while he waits. No connection to the database is held meanwhile.</summary>
internal sealed class InvoicePdfs(BillDb db, InvoiceDrawings drawings, TimeProvider clock)
{
    /// <summary>The longest that anybody is kept waiting.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static Problem NotDrawnYet => Problem.Unavailable("The PDF is being drawn. Ask again.");

    /// <summary>The hash of the PDF, drawn now if it wasn't, or null where that took longer than <paramref name="atMost"/>.</summary>
    /// <exception cref="ProblemException">There is no browser to draw with; the answer says how to get one.</exception>
    public async Task<string?> HashAsync(Guid invoiceId, TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (await StoredHashAsync(invoiceId, cancellationToken) is { } stored)
            return stored;
        try
        {
            await drawings.DrawAsync(invoiceId).WaitAsync(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (BrowserMissingException missing)
        {
            throw new ProblemException(Problem.Unavailable(missing.Message));
        }
        return await StoredHashAsync(invoiceId, cancellationToken);
    }

    /// <summary>The stored PDF under the name that its number gives it.</summary>
    public async Task<FileContentHttpResult> SendAsync(InvoiceRow invoice, HttpContext http, CancellationToken cancellationToken)
    {
        var pdf = await db.InvoicePdfs.AsNoTracking().SingleAsync(pdf => pdf.InvoiceId == invoice.Id, cancellationToken);
        http.Response.SetETag(pdf.Hash);
        http.Response.Headers.ContentDisposition = $"inline; filename=\"{invoice.Number}.pdf\"";
        return TypedResults.File(pdf.Content, "application/pdf");
    }

    private Task<string?> StoredHashAsync(Guid invoiceId, CancellationToken cancellationToken) =>
        db.InvoicePdfs.Where(pdf => pdf.InvoiceId == invoiceId).Select(pdf => pdf.Hash).SingleOrDefaultAsync(cancellationToken);
}
