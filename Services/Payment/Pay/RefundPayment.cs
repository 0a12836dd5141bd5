using EShop.Contracts;
using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <param name="Lines">What the buyer gives back: its price is refunded.</param>
/// <param name="Amount">Or so much, for no goods in particular.</param>
/// <param name="Restock">Whether the goods go back on the shelf: by default with lines, and not with an amount.</param>
internal sealed record RefundRequest(Guid OrderId, IReadOnlyList<RefundRequest.Line>? Lines = null, decimal? Amount = null, bool? Restock = null)
{
    internal sealed record Line(Guid ProductId, int Quantity);

    internal sealed class Validator : AbstractValidator<RefundRequest>
    {
        public Validator()
        {
            RuleFor(request => request.Lines).Must((request, lines) => lines is null != request.Amount is null).WithMessage("Send either lines or an amount.");
            RuleFor(request => request.Lines).Must(lines => lines is null or { Count: >= 1 and <= 100 }).WithMessage("1 to 100 lines.");
            RuleForEach(request => request.Lines).NotNull().ChildRules(line => line.RuleFor(l => l.Quantity).InclusiveBetween(1, 999).WithMessage("1 to 999 pieces."));
            RuleFor(request => request.Amount).GreaterThan(0).WithMessage("More than nothing.");
        }
    }
}

/// <summary>Sends a part of a paid order's money back. It is set aside in our books before Stripe is asked, so that no two refunds together give back more than was paid.</summary>
internal static class RefundPayment
{
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(3);

    /// <summary>As long as a key is kept: whoever repeats it later asks for another refund.</summary>
    private static readonly TimeSpan KeyKept = TimeSpan.FromHours(24);

    public static async Task<Results<Ok<PaymentView>, Problem>> HandleAsync(
        RefundRequest request, CurrentUser me, PaymentReader payments, PaymentDb db, StripeOperations operations, TimeProvider clock, HttpContext http)
    {
        using var budget = new StripeBudget(clock);
        for (; ; )
        {
            var waiting = Waiting - budget.Elapsed;
            var payment = await payments.WaitAsync(request.OrderId, userId: null, found => found is { Operation: null }, waiting > TimeSpan.Zero ? waiting : TimeSpan.Zero, http.RequestAborted);
            if (payment is null)
                return Problem.NotFound("There is no such order, or it has not arrived yet.");
            await db.Entry(payment).Collection(p => p.Refunds).LoadAsync(http.RequestAborted);

            var (now, key) = (clock.GetUtcNow(), http.Request.Headers["Idempotency-Key"] is [{ } sent] ? $"{me.Id} {sent}" : null);
            // The process died over the first request of this key. What it began is ended by a worker; it is not begun again.
            if (key is not null && payment.Refunds.Exists(refund => refund.RequestKey == key && refund.Status != RefundStatus.Failed && now - refund.CreatedAt < KeyKept))
                return Now(payment, me, http);
            if (payment.Operation is not null)
                return Problem.Of(ProblemType.PaymentBusy, "Ask again in a moment: the payment is being worked on.", TimeSpan.FromSeconds(1));
            if (Refuse(payment, request) is { } refusal)
                return refusal;

            var lines = request.Lines?.GroupBy(line => line.ProductId).Select(product => new RefundedLine(product.Key, product.Sum(line => line.Quantity))).ToArray();
            var amount = lines is null ? Wanted(payment, request)!.Value.Minor : payment.PriceOf(lines);
            var refund = payment.SetAside(amount, lines, request.Restock ?? lines is not null, key, now);
            if (!await db.OpenAsync(payment, refund, OperationStore.RequestLease, now, http.RequestAborted))
                continue;
            // Not cancelled with the request: the money may have gone, and that must be written. From here on it goes by itself, also where somebody else ends it.
            return Answer(await operations.RunAsync(payment, budget), me, http);
        }
    }

    /// <summary>Why it can't be refunded; null where it can.</summary>
    private static Problem? Refuse(Payment payment, RefundRequest request)
    {
        if (request.Lines is null)
        {
            return Wanted(payment, request) is not { } money ? Problem.Invalid("amount", $"At most {new Currency(payment.Order!.Currency).Decimals} decimals.")
                : money.Minor > payment.Refundable ? Exceeds(payment)
                : null;
        }

        var left = payment.Returnable().ToDictionary(line => line.ProductId, line => line.Quantity);
        foreach (var product in request.Lines.GroupBy(line => line.ProductId))
        {
            if (payment.Order!.Lines.All(line => line.ProductId != product.Key))
                return Problem.Invalid("lines", $"The order has no product {product.Key}.");
            if (product.Sum(line => line.Quantity) > left.GetValueOrDefault(product.Key))
                return Problem.Of(ProblemType.RefundExceeds, $"Of product {product.Key} {left.GetValueOrDefault(product.Key)} can still be given back.");
        }

        return payment.PriceOf([.. request.Lines.Select(line => new RefundedLine(line.ProductId, line.Quantity))]) > payment.Refundable ? Exceeds(payment) : null;
    }

    private static Money? Wanted(Payment payment, RefundRequest request) => Money.TryFrom(request.Amount!.Value, new Currency(payment.Order!.Currency), out var money) ? money : null;

    private static Problem Exceeds(Payment payment) => Problem.Of(
        ProblemType.RefundExceeds, $"{new Money(payment.Refundable, new Currency(payment.Order!.Currency)).ToDecimal()} {payment.Order.Currency} can still be refunded.");

    private static Results<Ok<PaymentView>, Problem> Answer(OperationResult result, CurrentUser me, HttpContext http) => result switch
    {
        { End: OperationEnd.Refused, RefusedParam: "amount" } => Problem.Of(ProblemType.RefundExceeds, "At Stripe less is left to refund than in these books: they are brought up to date now."),
        { End: OperationEnd.Refused } => Problem.Unavailable("Stripe could not send the money back; nothing was refunded."),
        _ => Now(result.Payment, me, http),
    };

    private static Ok<PaymentView> Now(Payment payment, CurrentUser me, HttpContext http)
    {
        http.Response.SetETag(GetPayment.ETagOf(payment));
        return TypedResults.Ok(PaymentView.Of(payment, isOwner: payment.UserId == me.Id));
    }
}
