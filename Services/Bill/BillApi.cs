using EShop.Bill.Invoices;
using EShop.ServiceDefaults;

namespace EShop.Bill;

internal static class BillApi
{
    public static void MapBill(this IEndpointRouteBuilder app)
    {
        var bill = app.MapApi("/api/bill", "Bill").RequireUser();
        bill.MapPost("/generate", GenerateInvoice.HandleAsync).WithName("GenerateInvoice").WithProblem(ProblemType.NotPaid).WithProblem(ProblemType.NotFound);
        bill.MapGet("/", ListInvoices.HandleAsync).WithName("ListInvoices");
        bill.MapGet("/{id}", GetInvoice.HandleAsync).WithName("GetInvoice").WithProblem(ProblemType.NotFound);
        bill.MapGet("/{id}/pdf", GetPdf.HandleAsync).WithName("GetInvoicePdf").WithProblem(ProblemType.NotFound);
    }
}
