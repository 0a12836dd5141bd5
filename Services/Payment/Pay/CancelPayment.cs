using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Payment;

/// <param name="Reason">In the asker's own words; it stands in the history of an order that ends unpaid.</param>
internal sealed record CancelRequest(Guid OrderId, string? Reason = null)
{
    internal sealed class Validator : AbstractValidator<CancelRequest>
    {
        public Validator() => RuleFor(request => request.Reason).MaximumLength(500).WithMessage("At most 500 characters.");
    }
}

/// <summary>Ends an order: unpaid it is canceled, paid everything that is left goes back. Where an unpaid one turns out to be paid while Stripe is asked, the money goes back too:
/// that is what canceling asks for.</summary>
internal static class CancelPayment
{
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(3);

    public static async Task<Results<Ok<PaymentView>, Problem>> HandleAsync(
        CancelRequest request, CurrentUser me, PaymentReader payments, PaymentDb db, StripeOperations operations, TimeProvider clock, HttpContext http)
    {
        using var budget = new StripeBudget(clock);
        for (; ; )
        {
            var waiting = Waiting - budget.Elapsed;
            var payment = await payments.WaitAsync(request.OrderId, me.IsAdmin ? null : me.Id, IsReady, waiting > TimeSpan.Zero ? waiting : TimeSpan.Zero, http.RequestAborted);
            if (payment is { IsSold: true })
                await db.Entry(payment).Collection(p => p.Refunds).LoadAsync(http.RequestAborted);
            if (Standing(payment, me, http) is { } answer)
                return answer;
            if (!await OpenAsync(db, payment!, request, clock, http.RequestAborted))
                continue;
            // Not cancelled with the request: Stripe may have done it, and that must be written.
            var result = await operations.RunAsync(payment!, budget);
            if (Answer(result, me, http) is { } outcome)
                return outcome;
        }
    }

    private static bool IsReady(Payment? payment) => payment is { Operation: null } or { IsUnpaid: false, IsPaid: false };

    /// <summary>What is answered as things are; null where Stripe has to be asked.</summary>
    private static Results<Ok<PaymentView>, Problem>? Standing(Payment? payment, CurrentUser me, HttpContext http) => payment switch
    {
        null => Problem.NotFound("There is no such order of yours, or it has not arrived yet."),
        { Status: PaymentStatus.Canceled or PaymentStatus.Refunded } => Now(payment, me, http),
        { Status: PaymentStatus.Rejected } => Problem.Of(ProblemType.OrderClosed, "The order is rejected: it can't be canceled."),
        { IsPaid: true, Refundable: 0 } => Now(payment, me, http), // The last of it is on its way.
        { Operation: null } => null,
        _ => Busy(),
    };

    private static Task<bool> OpenAsync(PaymentDb db, Payment payment, CancelRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (payment.IsPaid)
            return db.OpenAsync(payment, payment.SetRestAside(now), OperationStore.RequestLease, now, cancellationToken);
        var parameters = new OperationParameters { Reason = CancelReason.Requested, Note = request.Reason };
        return db.OpenAsync(payment, Operation.Start(OperationKind.Cancel, payment, parameters, OperationStore.RequestLease, now), cancellationToken);
    }

    /// <summary>The answer, or null where the payment has to be looked at again: somebody else worked on it, or it turned out to be paid.</summary>
    private static Results<Ok<PaymentView>, Problem>? Answer(OperationResult result, CurrentUser me, HttpContext http) => result switch
    {
        { End: OperationEnd.Refused, Payment.IsPaid: true } => Problem.Unavailable("The money can't be sent back right now."),
        { End: OperationEnd.Unclear, Payment.IsPaid: true } => Now(result.Payment, me, http),
        { End: OperationEnd.Lost } or { End: OperationEnd.Ended, Payment: { IsPaid: true, RefundingAmount: 0 } } => null,
        { Payment: { Status: PaymentStatus.Processing, Operation: null } } => Problem.Of(
            ProblemType.PaymentBusy, "The bank has the payment in its hands: once it has decided, the order can be canceled.", TimeSpan.FromSeconds(10)),
        { Payment.IsUnpaid: true } => Busy(),
        _ => Now(result.Payment, me, http),
    };

    private static Ok<PaymentView> Now(Payment payment, CurrentUser me, HttpContext http)
    {
        http.Response.SetETag(GetPayment.ETagOf(payment));
        return TypedResults.Ok(PaymentView.Of(payment, isOwner: payment.UserId == me.IdOrNull));
    }

    private static Problem Busy() => Problem.Of(ProblemType.PaymentBusy, "Ask again in a moment: the payment is being worked on.", TimeSpan.FromSeconds(1));
}
