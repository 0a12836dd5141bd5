using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Bill.Invoices;

/// <summary><c>GET /api/bill/{id}/pdf</c></summary>
internal static class GetPdf
{
    public static async Task<Results<FileContentHttpResult, StatusCodeHttpResult, Problem>> HandleAsync(
        Guid id, BillDb db, CurrentUser me, InvoicePdfs pdfs, HttpContext http, CancellationToken cancellationToken)
    {
        var invoice = await db.Invoices.VisibleTo(me).Where(invoice => invoice.Id == id).Select(InvoiceRow.Of).SingleOrDefaultAsync(cancellationToken);
        if (invoice is null)
            return Problem.NotFound("You have no invoice of this id.");
        if (await pdfs.HashAsync(id, InvoicePdfs.Patience, cancellationToken) is not { } hash)
            return InvoicePdfs.NotDrawnYet;
        http.Response.SetETag(hash);
        return http.Request.IsNoneMatch(hash) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : await pdfs.SendAsync(invoice, http, cancellationToken);
    }
}
