using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Bill.Invoices;

/// <summary><c>GET /api/bill/{id}</c></summary>
internal static class GetInvoice
{
    public static async Task<Results<Ok<InvoiceView>, StatusCodeHttpResult, Problem>> HandleAsync(
        Guid id, BillDb db, CurrentUser me, HttpContext http, CancellationToken cancellationToken)
    {
        var invoice = await db.Invoices.VisibleTo(me).Where(invoice => invoice.Id == id).Select(InvoiceRow.Of).SingleOrDefaultAsync(cancellationToken);
        if (invoice is null)
            return Problem.NotFound("You have no invoice of this id.");
        // It never changes, so its number is version enough.
        http.Response.SetETag(invoice.Number);
        return http.Request.IsNoneMatch(invoice.Number) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(invoice.View());
    }
}
