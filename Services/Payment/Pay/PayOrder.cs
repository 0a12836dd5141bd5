using System.Diagnostics;
using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <param name="PaymentMethod">What Stripe made of the card, <c>pm_…</c>. Without one the browser confirms with the client secret. A card number never comes here.</param>
/// <param name="ReturnUrl">Where the buyer comes back to from their bank.</param>
internal sealed record PayRequest(Guid OrderId, string? PaymentMethod = null, string? ReturnUrl = null)
{
    internal sealed class Validator : AbstractValidator<PayRequest>
    {
        public Validator()
        {
            RuleFor(request => request.PaymentMethod).Matches(@"^pm_[A-Za-z0-9_]{1,200}\z").WithMessage("Send the id of a payment method that Stripe made, as in pm_card_visa.");
            RuleFor(request => request.ReturnUrl)
                .Must(url => url is null || (url.Length <= 2048 && Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
                .WithMessage("Send an absolute http(s) address of at most 2048 characters.");
        }
    }
}

internal static class PayOrder
{
    /// <summary>How long an order is waited for that is not known yet, has no answer about its stock, or is being worked on.</summary>
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(3);

    public static async Task<Results<Ok<PaymentView>, Accepted<PaymentView>, Problem>> HandleAsync(
        PayRequest request, CurrentUser me, PaymentReader payments, PaymentDb db, StripeOperations operations, TimeProvider clock, HttpContext http)
    {
        using var budget = new StripeBudget(clock);
        for (; ; )
        {
            var waiting = Waiting - budget.Elapsed;
            var payment = await payments.WaitAsync(request.OrderId, me.Id, IsReady, waiting > TimeSpan.Zero ? waiting : TimeSpan.Zero, http.RequestAborted);
            if (Standing(payment, request, http) is { } answer)
                return answer;

            var operation = await StartAsync(db, payment!, request, clock, http.RequestAborted);
            if (!await db.OpenAsync(payment!, operation, http.RequestAborted))
                continue;
            // From here on not cancelled with the request: Stripe may charge, and what it says must be written. The budget ends in time for an answer.
            Link(payment!);
            var result = await operations.RunAsync(payment!, budget);
            if (result.End != OperationEnd.Lost)
                return Answer(result, http);
        }
    }

    private static bool IsReady(Payment? payment) => payment is { Status: not PaymentStatus.AwaitingStock } and ({ Operation: null } or { IsPayable: false });

    /// <summary>What is answered without asking Stripe; null where Stripe has to be asked.</summary>
    private static Results<Ok<PaymentView>, Accepted<PaymentView>, Problem>? Standing(Payment? payment, PayRequest request, HttpContext http) => payment switch
    {
        null => Problem.NotFound("There is no such order of yours, or it has not arrived yet."),
        { Status: PaymentStatus.AwaitingStock } => Problem.Of(ProblemType.StockPending, "Ask again in a moment: the stock is being reserved.", TimeSpan.FromSeconds(1)),
        { Status: PaymentStatus.Processing } => Processing(payment, http),
        { IsPaid: true } => Now(payment, http),
        { IsPayable: false } => Closed(payment),
        { Operation: not null } => Busy(),
        // Nothing to ask for: the intent is there, and the browser confirms it.
        { ClientSecret: not null } when request.PaymentMethod is null => Now(payment, http),
        _ => null,
    };

    private static async Task<Operation> StartAsync(PaymentDb db, Payment payment, PayRequest request, TimeProvider clock, CancellationToken cancellationToken)
    {
        var customer = payment.IntentId is null
            ? await db.Customers.Where(c => c.UserId == payment.UserId).Select(c => c.StripeId).FirstOrDefaultAsync(cancellationToken)
            : null;
        var parameters = new OperationParameters
        {
            Amount = payment.Order!.Total,
            Currency = payment.Order.Currency,
            Customer = customer,
            PaymentMethod = request.PaymentMethod,
            ReturnUrl = request.ReturnUrl,
        };
        return Operation.Start(request.PaymentMethod is null ? OperationKind.Open : OperationKind.Confirm, payment, parameters, OperationStore.RequestLease, clock.GetUtcNow());
    }

    private static Results<Ok<PaymentView>, Accepted<PaymentView>, Problem> Answer(OperationResult result, HttpContext http) => result switch
    {
        { End: OperationEnd.Refused, RefusedParam: "payment_method" } => Problem.Invalid("paymentMethod", "Stripe does not know this payment method, or can't use it."),
        { End: OperationEnd.Refused, RefusedParam: "return_url" } => Problem.Invalid("returnUrl", "Stripe does not take this address."),
        { End: OperationEnd.Refused } => Problem.Unavailable("The payment could not be made right now; nothing was charged."),
        { Declined: true, Payment.LastError: { } error } => Problem.Of(
            ProblemType.CardDeclined,
            error.Message,
            extensions: new Dictionary<string, object?> { ["declineCode"] = error.DeclineCode ?? error.Code }),
        { Payment.Status: PaymentStatus.Processing } => Processing(result.Payment, http),
        { Payment.Status: PaymentStatus.Canceled } => Closed(result.Payment),
        { End: OperationEnd.Unclear } => Busy(),
        _ => Now(result.Payment, http),
    };

    private static Ok<PaymentView> Now(Payment payment, HttpContext http)
    {
        http.Response.SetETag(GetPayment.ETagOf(payment));
        return TypedResults.Ok(PaymentView.Of(payment, isOwner: true));
    }

    private static Accepted<PaymentView> Processing(Payment payment, HttpContext http)
    {
        http.Response.SetETag(GetPayment.ETagOf(payment));
        return TypedResults.Accepted($"/api/payment/{payment.OrderId}", PaymentView.Of(payment, isOwner: true));
    }

    private static Problem Closed(Payment payment) => Problem.Of(ProblemType.OrderClosed, $"The order is {Snake.Of(payment.Status)}: it can't be paid any more.");

    private static Problem Busy() => Problem.Of(ProblemType.PaymentBusy, "Ask again in a moment.", TimeSpan.FromSeconds(1));

    // The payment's events belong to the trace of the checkout; this request is another trace, and says where it led.
    private static void Link(Payment payment)
    {
        if (ActivityContext.TryParse(payment.TraceParent, traceState: null, out var checkout))
            Activity.Current?.AddLink(new ActivityLink(checkout));
    }
}
