using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Payment;

/// <param name="Reason">In the asker's own words; it stands in the payment's history.</param>
internal sealed record CancelRequest(Guid OrderId, string? Reason = null)
{
    internal sealed class Validator : AbstractValidator<CancelRequest>
    {
        public Validator() => RuleFor(request => request.Reason).MaximumLength(500).WithMessage("At most 500 characters.");
    }
}

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
            var payment = await payments.WaitAsync(
                request.OrderId, me.IsAdmin ? null : me.Id, found => found is { Operation: null } or { IsUnpaid: false }, waiting > TimeSpan.Zero ? waiting : TimeSpan.Zero, http.RequestAborted);
            if (Standing(payment, me, http) is { } answer)
                return answer;

            var parameters = new OperationParameters { Reason = CancelReason.Requested, Note = request.Reason };
            var operation = Operation.Start(OperationKind.Cancel, payment!, parameters, OperationStore.RequestLease, clock.GetUtcNow());
            if (!await db.OpenAsync(payment!, operation, http.RequestAborted))
                continue;
            // Not cancelled with the request: Stripe may have canceled, and that must be written.
            var result = await operations.RunAsync(payment!, budget.Asking, budget.Writing);
            if (result.End != OperationEnd.Lost)
                return Standing(result.Payment, me, http) ?? Busy();
        }
    }

    /// <summary>What is answered as things are; null where the order has to be canceled first.</summary>
    private static Results<Ok<PaymentView>, Problem>? Standing(Payment? payment, CurrentUser me, HttpContext http)
    {
        switch (payment)
        {
            case null:
                return Problem.NotFound("There is no such order of yours, or it has not arrived yet.");
            case { Status: PaymentStatus.Canceled }:
                http.Response.SetETag(GetPayment.ETagOf(payment));
                return TypedResults.Ok(PaymentView.Of(payment, isOwner: payment.UserId == me.IdOrNull));
            case { IsUnpaid: false }:
                return Problem.Of(ProblemType.OrderClosed, $"The order is {Snake.Of(payment.Status)}: it can't be canceled.");
            case { Operation: null }:
                return null;
            default:
                return Busy();
        }
    }

    private static Problem Busy() => Problem.Of(ProblemType.PaymentBusy, "Ask again in a moment: the payment is being worked on.", TimeSpan.FromSeconds(1));
}
