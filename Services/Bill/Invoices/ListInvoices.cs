using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Bill.Invoices;

/// <summary><c>GET /api/bill</c>: own invoices and credit notes, newest first; an admin's with <c>all=true</c> everybody's.</summary>
internal static class ListInvoices
{
    public static async Task<Results<Ok<Page<InvoiceView>>, Problem>> HandleAsync(
        [AsParameters] PageQuery page, Guid? orderId, bool? all, BillDb db, CurrentUser me, CancellationToken cancellationToken)
    {
        var user = me.Id;
        var everybodys = all == true;
        if (everybodys && !me.IsAdmin)
            return Problem.Of(ProblemType.Forbidden, "Only an admin sees everybody's invoices.");
        var invoices = db.Invoices.Where(invoice => everybodys || invoice.UserId == user);
        if (orderId is { } order)
            invoices = invoices.Where(invoice => invoice.OrderId == order);
        var total = await invoices.LongCountAsync(cancellationToken);
        var rows = await invoices.OrderByDescending(invoice => invoice.IssuedAt).ThenByDescending(invoice => invoice.Sequence)
            .Skip(page.Skip).Take(page.Size).Select(InvoiceRow.Of).ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page<InvoiceView>([.. rows.Select(row => row.View())], page.Number, page.Size, total));
    }
}
