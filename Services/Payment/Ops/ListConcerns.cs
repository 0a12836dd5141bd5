using EShop.Contracts;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>What a person has to look at, newest first.</summary>
internal static class ListConcerns
{
    public static async Task<Ok<Page<View>>> HandleAsync([AsParameters] PageQuery page, PaymentDb db, CancellationToken cancellationToken)
    {
        // What has just been found may be gone at the next look at Stripe's records: it is shown once it was there twice.
        var open = db.Concerns.AsNoTracking().Where(concern => concern.DismissedAt == null && (concern.Kind != ConcernKind.Drift || concern.Times > 1));
        var total = await open.LongCountAsync(cancellationToken);
        var found = await (from concern in open
                           join known in db.Payments on concern.OrderId equals known.OrderId into payments
                           from payment in payments.DefaultIfEmpty()
                           orderby concern.Id descending
                           select new { Concern = concern, payment!.Order }).Skip(page.Skip).Take(page.Size).ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page<View>([.. found.Select(row => View.Of(row.Concern, row.Order))], page.Number, page.Size, total));
    }

    /// <param name="Reference">Stripe's id of the refund, the dispute or the intent.</param>
    internal sealed record View(Guid Id, ConcernKind Kind, Guid OrderId, string Reference, decimal? Amount, string? Currency, string Detail, DateTimeOffset Since)
    {
        public static View Of(Concern concern, Order? order) => new(
            concern.Id,
            concern.Kind,
            concern.OrderId,
            concern.Reference,
            concern.Amount is { } minor && order is not null ? new Money(minor, new Currency(order.Currency)).ToDecimal() : null,
            order?.Currency,
            concern.Detail,
            concern.Since);
    }
}
