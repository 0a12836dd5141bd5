using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace EShop.Bill.Invoices;

/// <summary><c>POST /api/bill/generate</c>: the invoice of an order, which is issued by itself. Who asks right after he paid is kept waiting until the event has arrived.</summary>
internal static class GenerateInvoice
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    // An order that isn't known after this long is not on its way.
    private static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(2);

    internal sealed record Request(Guid OrderId);

    private sealed record Found(DateTimeOffset? PaidAt, InvoiceRow? Invoice);

    public static async Task<Results<Ok<InvoiceView>, FileContentHttpResult, Problem>> HandleAsync(
        Request request, BillDb db, CurrentUser me, InvoicePdfs pdfs, HttpContext http, TimeProvider clock, CancellationToken cancellationToken)
    {
        var asked = clock.GetUtcNow();
        var until = asked + InvoicePdfs.Patience;
        var found = await FindAsync(request.OrderId, db, me, cancellationToken);
        using var timer = new PeriodicTimer(Poll, clock);
        while (found?.Invoice is null && clock.GetUtcNow() < (found is null ? asked + UnknownFor : until) && await timer.WaitForNextTickAsync(cancellationToken))
            found = await FindAsync(request.OrderId, db, me, cancellationToken);

        if (found is null)
            return Problem.NotFound("You have no order of this id.");
        if (found.PaidAt is null)
            return Problem.Of(ProblemType.NotPaid, "An invoice is issued when the order is paid. If you have just paid, ask again.", TimeSpan.FromSeconds(1));
        if (found.Invoice is not { } invoice)
            return Problem.Unavailable("The order is paid and its invoice is being issued. Ask again.");
        if (!WantsPdf(http.Request))
        {
            http.Response.SetETag(invoice.Number);
            return TypedResults.Ok(invoice.View());
        }

        return await pdfs.HashAsync(invoice.Id, until - clock.GetUtcNow(), cancellationToken) is null
            ? InvoicePdfs.NotDrawnYet
            : await pdfs.SendAsync(invoice, http, cancellationToken);
    }

    private static Task<Found?> FindAsync(Guid orderId, BillDb db, CurrentUser me, CancellationToken cancellationToken)
    {
        var (user, admin) = (me.Id, me.IsAdmin);
        return db.Orders.Where(order => order.OrderId == orderId && (admin || order.UserId == user))
            .Select(order => new Found(order.PaidAt, db.Invoices.Where(invoice => invoice.OrderId == orderId && invoice.Kind == Invoice.KindInvoice).Select(InvoiceRow.Of).SingleOrDefault()))
            .SingleOrDefaultAsync(cancellationToken);
    }

    // The first of the two that the client prefers; JSON where it doesn't say.
    private static bool WantsPdf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
            return false;
        var preferred = accepted.Where(type => type.Quality != 0).OrderByDescending(type => type.Quality ?? 1).FirstOrDefault(type => type.MatchesMediaType("application/json") || type.MatchesMediaType("application/pdf"));
        return preferred?.MediaType.Equals("application/pdf", StringComparison.OrdinalIgnoreCase) == true;
    }
}
