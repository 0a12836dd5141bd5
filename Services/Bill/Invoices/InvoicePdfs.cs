using EShop.Bill.Drawing;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace EShop.Bill.Invoices;

/// <summary>The PDF of an invoice for somebody who asks: what is stored, or else what is drawn while he waits. No connection to the database is held meanwhile.</summary>
internal sealed partial class InvoicePdfs(BillDb db, InvoiceDrawings drawings, TimeProvider clock, ILogger<InvoicePdfs> logger)
{
    /// <summary>The longest that anybody is kept waiting.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static Problem NotDrawnYet => Problem.Unavailable("The PDF is being drawn. Ask again.");

    /// <summary>The hash of the PDF, drawn now if it wasn't, or null where that took longer than <paramref name="atMost"/>.</summary>
    /// <exception cref="ProblemException">There is no browser to draw with, and the answer says how to get one; or it fails.</exception>
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
        catch (PlaywrightException failure)
        {
            NotDrawn(logger, invoiceId, failure);
            throw new ProblemException(Problem.Unavailable("The PDF can't be drawn right now: the browser does not start, or ends while it draws. The log of Bill says why."));
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

    [LoggerMessage(5010, LogLevel.Error, "The PDF of invoice {InvoiceId} could not be drawn")]
    private static partial void NotDrawn(ILogger logger, Guid invoiceId, Exception failure);

    private Task<string?> StoredHashAsync(Guid invoiceId, CancellationToken cancellationToken) =>
        db.InvoicePdfs.Where(pdf => pdf.InvoiceId == invoiceId).Select(pdf => pdf.Hash).SingleOrDefaultAsync(cancellationToken);
}
