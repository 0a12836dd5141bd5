using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;

namespace EShop.Payment;

internal static class PaymentApi
{
    public static void MapPayment(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapApi("/api/payment", "Payment");

        group.MapPost("/", PayOrder.HandleAsync).RequireUser().IdempotentByClaim()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.CardDeclined).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.PaymentBusy).WithProblem(ProblemType.Unavailable)
            .WithSummary("Pays an order");
        group.MapPost("/cancel", CancelPayment.HandleAsync).RequireUser().IdempotentByClaim()
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.OrderClosed).WithProblem(ProblemType.Unavailable)
            .WithSummary("Cancels an unpaid order");
        group.MapGet("/{orderId:guid}", GetPayment.HandleAsync).RequireUser()
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
