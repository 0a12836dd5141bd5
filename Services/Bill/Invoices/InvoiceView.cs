using System.Linq.Expressions;
using EShop.Contracts;
using EShop.ServiceDefaults;

namespace EShop.Bill.Invoices;

/// <summary>An invoice as a client sees it.</summary>
internal sealed record InvoiceView(Guid Id, string Number, string Kind, Guid OrderId, DateTimeOffset IssuedAt, decimal Total, string Currency, string PdfUrl);

/// <summary>What a view is made of: an invoice without its document, which lists would carry for nothing.</summary>
internal sealed record InvoiceRow(Guid Id, string Number, string Kind, Guid OrderId, DateTimeOffset IssuedAt, long Total, string Currency)
{
    public static Expression<Func<Invoice, InvoiceRow>> Of { get; } =
        invoice => new InvoiceRow(invoice.Id, invoice.Number, invoice.Kind, invoice.OrderId, invoice.IssuedAt, invoice.Total, invoice.Currency);

    public InvoiceView View() => new(Id, Number, Kind, OrderId, IssuedAt, new Money(Total, new Currency(Currency)).ToDecimal(), Currency, $"/api/bill/{Id}/pdf");
}

internal static class InvoiceOwnership
{
    /// <summary>The invoices that this user may see: the own ones, an admin all.</summary>
    public static IQueryable<Invoice> VisibleTo(this IQueryable<Invoice> invoices, CurrentUser me)
    {
        if (me.IsAdmin)
            return invoices;
        var user = me.Id;
        return invoices.Where(invoice => invoice.UserId == user);
    }
}
