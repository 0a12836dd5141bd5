using EShop.Contracts;
using EShop.Messaging;
using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace EShop.Cart.Checkout;

/// <summary><c>POST /api/cart/checkout</c>: the cart becomes an order at the prices and tax rates of this moment. Order, event and the emptied cart are one transaction; what is
/// refused leaves the cart as it is. Whether there is stock is for Products to say.</summary>
internal static class CheckOut
{
    public static async Task<Results<Accepted<Response>, Problem>> HandleAsync(
        Request? request, CurrentUser me, CartDb db, IOutbox outbox, TimeProvider clock, IOptions<StoreOptions> store, IOptions<CartOptions> limits, HttpContext http, CancellationToken cancellationToken)
    {
        var currency = store.Value.Money;
        Money? expected = null;
        if (request?.ExpectedTotal is { } amount)
        {
            if (!Money.TryFrom(amount, currency, out var money))
                return Problem.Invalid("expectedTotal", $"An amount in {currency} has at most {currency.Decimals} decimals.");
            expected = money;
        }

        await using var transaction = await db.JoinTransactionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var taken = await TakenCart.TakeAsync(db, me.Id, now, cancellationToken);
        var total = taken.Lines.Aggregate(new Money(0, currency), (sum, line) => sum + (new Money(line.UnitPrice, currency) * line.Quantity));
        if (Refusal(taken, total, expected, limits.Value) is { } refusal)
            return refusal; // Nothing is committed: the lines are back in the cart.

        var order = new Order(
            Guid.CreateVersion7(now), me.Id, new Buyer(me.Name, me.Email), request?.Billing?.ToContract(),
            request?.Locale ?? PreferredLocale(http.Request) ?? store.Value.Locale, currency.Code, taken.Lines, total.Minor);
        db.Orders.Add(new PlacedOrder(order, now));
        outbox.Publish(new CartCheckedOut(order));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Accepted($"/api/payment/{order.OrderId}", new Response(order.OrderId, "awaiting_stock", total.ToDecimal(), currency.Code));
    }

    private static Problem? Refusal(TakenCart taken, Money total, Money? expected, CartOptions limits)
    {
        if (taken.Lines.Count == 0)
            return Problem.Of(ProblemType.CartEmpty, "Put something into the cart first.");
        var extensions = new Dictionary<string, object?> { ["total"] = total.ToDecimal(), ["currency"] = total.Currency.Code };
        if (expected is not null && expected != total)
            return Problem.Of(ProblemType.PriceChanged, $"It is {total.ToDecimal()} {total.Currency} now: read the cart again.", extensions: extensions);
        var range = limits.RangeOf(total.Currency);
        if (total.ToDecimal() < range.Minimum || total.ToDecimal() > range.Maximum)
            return Problem.Of(ProblemType.AmountOutOfRange, $"An order is of {range.Minimum} to {range.Maximum} {total.Currency}: this one is of {total.ToDecimal()}.", extensions: extensions);
        return taken.OpenOrders < limits.OpenOrders
            ? null
            : Problem.Of(ProblemType.TooManyOpenOrders, $"You have {taken.OpenOrders} orders that are neither paid nor canceled: pay or cancel one first.");
    }

    /// <summary>The first of the languages that the client prefers which an invoice can be written in.</summary>
    private static string? PreferredLocale(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .Where(language => language.Quality is null or > 0)
        .OrderByDescending(language => language.Quality ?? 1)
        .Select(language => language.Value.ToString().Split('-')[0].ToLowerInvariant())
        .FirstOrDefault(language => language is "es" or "en");

    internal sealed record Request(BillingAddress? Billing = null, string? Locale = null, decimal? ExpectedTotal = null);

    internal sealed record Response(Guid OrderId, string Status, decimal Total, string Currency);

    internal sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(request => request.Locale).Must(locale => locale is null or "es" or "en").WithMessage("Must be 'es' or 'en'.");
            RuleFor(request => request.ExpectedTotal).GreaterThanOrEqualTo(0).When(request => request.ExpectedTotal is not null);
            RuleFor(request => request.Billing!).SetValidator(new BillingAddress.Validator()).When(request => request.Billing is not null);
        }
    }
}
