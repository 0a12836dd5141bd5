using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;

namespace EShop.Payment;

internal static class PaymentApi
{
    /// <summary>No <c>:guid</c>, so that what is no id is told so (400). The calls that only take a POST are no ids either: a GET of one stays a 405.</summary>
    private const string OneOrder = "/{orderId:regex(^(?!(cancel|refund|webhook)$))}";

    public static void MapPayment(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapApi("/api/payment", "Payment");

        group.MapPost("/", PayOrder.HandleAsync).WithName(nameof(PayOrder)).RequireUser().IdempotentByClaim()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.CardDeclined).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.PaymentBusy).WithProblem(ProblemType.Unavailable)
            .WithSummary("Pays an order");
        group.MapPost("/cancel", CancelPayment.HandleAsync).WithName(nameof(CancelPayment)).RequireUser().IdempotentByClaim()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.OrderClosed).WithProblem(ProblemType.Unavailable)
            .WithSummary("Cancels an order: what was paid goes back");
        group.MapPost("/refund", RefundPayment.HandleAsync).WithName(nameof(RefundPayment)).RequireAdmin().IdempotentByClaim()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.RefundExceeds).WithProblem(ProblemType.Unavailable)
            .WithSummary("Sends a part of a paid order's money back");
        group.MapGet(OneOrder, GetPayment.HandleAsync).WithName(nameof(GetPayment)).Produces(StatusCodes.Status304NotModified).RequireUser()
            .WithProblem(ProblemType.NotFound).WithProblem(ProblemType.Unavailable)
            .WithSummary("A payment");
        group.MapGet(OneOrder + "/events", WatchPayment.HandleAsync).WithName(nameof(WatchPayment)).RequireUser().DisableRequestTimeout()
            .WithProblem(ProblemType.NotFound).WithProblem(ProblemType.Unavailable)
            .WithSummary("Each status as it happens");
        group.MapGet("/", ListPayments.HandleAsync).WithName(nameof(ListPayments)).RequireUser()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.Forbidden).WithProblem(ProblemType.Unavailable)
            .WithSummary("Payments, newest first");
        group.MapPost("/webhook", ReceiveWebhook.HandleAsync).WithName(nameof(ReceiveWebhook)).WithMetadata(new RequestSizeLimitAttribute(ReceiveWebhook.MaxBody))
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.TooLarge).WithProblem(ProblemType.Unavailable)
            .WithSummary("Where Stripe sends its events");

        var ops = routes.MapApi("/api/ops/payment", "Operations");
        ops.MapGet("/attention", ListConcerns.HandleAsync).WithName(nameof(ListConcerns)).RequireFreshAdmin()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.Unavailable)
            .WithSummary("What a person has to look at");
        ops.MapDelete("/attention/{id}", DismissConcern.HandleAsync).WithName(nameof(DismissConcern)).RequireFreshAdmin()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.Unavailable)
            .WithSummary("It has been dealt with");
    }
}
