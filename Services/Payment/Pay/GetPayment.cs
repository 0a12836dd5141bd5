using System.Globalization;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Payment;

internal static class GetPayment
{
    /// <summary>The order's event may be on its way: a client comes here straight from the checkout.</summary>
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(2);

    public static async Task<Results<Ok<PaymentView>, StatusCodeHttpResult, Problem>> HandleAsync(
        Guid orderId, CurrentUser me, PaymentReader payments, HttpContext http, CancellationToken cancellationToken)
    {
        var payment = await payments.WaitAsync(orderId, me.IsAdmin ? null : me.Id, found => found is not null, Waiting, cancellationToken);
        if (payment is null)
            return Problem.NotFound("There is no such order of yours, or it has not arrived yet.");
        http.Response.SetETag(ETagOf(payment));
        return http.Request.IsNoneMatch(ETagOf(payment))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(PaymentView.Of(payment, isOwner: payment.UserId == me.Id));
    }

    public static string ETagOf(Payment payment) => payment.Version.ToString(CultureInfo.InvariantCulture);
}
