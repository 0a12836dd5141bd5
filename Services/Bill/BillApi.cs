using EShop.Bill.Invoices;
using EShop.ServiceDefaults;

namespace EShop.Bill;

internal static class BillApi
{
    private const string Pdf = "application/pdf";

    /// <summary>No <c>:guid</c>, so that what is no id is told so (400). The call that only takes a POST is no id either: a GET of it is a 405.</summary>
    private const string OneInvoice = "/{id:regex(^(?!generate$))}";

    public static void MapBill(this IEndpointRouteBuilder app)
    {
        var bill = app.MapApi("/api/bill", "Bill").RequireUser();
        bill.MapPost("/generate", GenerateInvoice.HandleAsync).WithName("GenerateInvoice").Produces<InvoiceView>(StatusCodes.Status200OK, "application/json", Pdf).WithProblem(ProblemType.NotPaid).WithProblem(ProblemType.NotFound);
        bill.MapGet("/", ListInvoices.HandleAsync).WithName("ListInvoices").WithProblem(ProblemType.Forbidden);
        bill.MapGet(OneInvoice, GetInvoice.HandleAsync).WithName("GetInvoice").Produces(StatusCodes.Status304NotModified).WithProblem(ProblemType.NotFound);
        bill.MapGet("/{id}/pdf", GetPdf.HandleAsync).WithName("GetInvoicePdf").Produces(StatusCodes.Status200OK, contentType: Pdf).Produces(StatusCodes.Status304NotModified).WithProblem(ProblemType.NotFound);
    }
}
