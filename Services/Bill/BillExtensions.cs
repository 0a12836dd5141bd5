using EShop.Bill.Drawing;
using EShop.Bill.Invoices;
using EShop.Bill.Issuing;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EShop.Bill;

/// <summary>The parts of this service, by what they do.</summary>
internal static class BillExtensions
{
    /// <summary>Issues an invoice for every payment, and a credit note for every refund.</summary>
    public static WebApplicationBuilder AddIssuing(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<StoreOptions>().BindConfiguration("Store")
            .Validate(store => store.Seller.IsComplete, "Store:Seller is incomplete: an invoice needs its Name, TaxId, Line1, City, PostalCode and Country (as environment: Store__Seller__Name …).")
            .Validate(store => TimeZoneInfo.TryFindSystemTimeZoneById(store.TimeZone, out _), "Store:TimeZone is not known on this machine: use an IANA name like Europe/Madrid, and install tzdata.")
            .ValidateOnStart();
        builder.AddDatabaseGauges(
            "EShop.Bill",
            """
            SELECT 'eshop.bill.waiting', 'invoice', count(*)::float8 FROM invoice_jobs
            UNION ALL SELECT 'eshop.bill.waiting', 'credit_note', count(*) FROM due_credit_notes
            UNION ALL SELECT 'eshop.bill.waiting', 'pdf', count(*) FROM drawing_jobs
            """,
            new DatabaseGauge("eshop.bill.waiting", "{document}", "What is to be issued, and what is to be drawn.", "kind"));
        builder.Services.AddSingleton<IssueSignal>();
        builder.Services.AddSingleton<IInterceptor>(services => services.GetRequiredService<IssueSignal>());
        builder.Services.AddSingleton<IssueInvoices>();
        builder.Services.AddHostedService(services => services.GetRequiredService<IssueInvoices>());
        builder.Services.AddHostedService<IssueCreditNotes>();
        builder.Services.AddHostedService<PurgeUnpaid>();
        return builder.AddStripe();
    }

    /// <summary>Draws invoices as PDF.</summary>
    public static WebApplicationBuilder AddDrawing(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<BillOptions>().BindConfiguration("Bill")
            .Validate(bill => bill.BrowserIdle > TimeSpan.Zero, "Bill:BrowserIdle has to be more than nothing, as in 00:10:00 for ten minutes.")
            .ValidateOnStart();
        builder.Services.AddSingleton<Browser>();
        builder.Services.AddSingleton<InvoiceHtml>();
        builder.Services.AddSingleton<InvoiceDrawings>();
        builder.Services.AddScoped<InvoicePdfs>();
        builder.Services.AddHostedService<DrawInvoices>();
        return builder;
    }
}
