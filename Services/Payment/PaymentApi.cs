using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;

namespace EShop.Payment;

internal static class PaymentApi
{
    /// <summary>No <c>:guid</c>, so that what is no id is told so (400). The calls that only take a POST are no ids either: a GET of one stays a 405.</summary>
    private const string OneOrder = "/{orderId:regex(^(?!(cancel|webhook)$))}";

    public static void MapPayment(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapApi("/api/payment", "Payment");

        group.MapPost("/", PayOrder.HandleAsync).RequireUser().IdempotentByClaim()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.CardDeclined).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.PaymentBusy).WithProblem(ProblemType.Unavailable)
            .WithSummary("Pays an order");
        group.MapPost("/cancel", CancelPayment.HandleAsync).RequireUser().IdempotentByClaim()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.OrderClosed).WithProblem(ProblemType.Unavailable)
            .WithSummary("Cancels an unpaid order");
        group.MapGet(OneOrder, GetPayment.HandleAsync).RequireUser()
            .WithProblem(ProblemType.NotFound).WithProblem(ProblemType.Unavailable)
            .WithSummary("A payment");
        group.MapGet("/", ListPayments.HandleAsync).RequireUser()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.Forbidden).WithProblem(ProblemType.Unavailable)
            .WithSummary("Payments, newest first");
        group.MapPost("/webhook", ReceiveWebhook.HandleAsync).WithMetadata(new RequestSizeLimitAttribute(ReceiveWebhook.MaxBody))
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.TooLarge).WithProblem(ProblemType.Unavailable)
            .WithSummary("Where Stripe sends its events");
    }
}
