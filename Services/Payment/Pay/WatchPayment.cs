using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Payment;

/// <summary>Tells each status of a payment as it happens, and ends with the last one: paid, refunded, rejected or canceled, and no refund on its way.</summary>
internal static class WatchPayment
{
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(2);

    public static async Task<Results<ServerSentEventsResult<Step>, Problem>> HandleAsync(
        Guid orderId, CurrentUser me, PaymentReader payments, HttpContext http, IHostApplicationLifetime process, CancellationToken cancellationToken)
    {
        Guid? owner = me.IsAdmin ? null : me.Id;
        if (await payments.WaitAsync(orderId, owner, found => found is not null, Waiting, cancellationToken) is not { } payment)
            return Problem.NotFound("There is no such order of yours, or it has not arrived yet.");
        // Who comes back after a break says what was heard last; who is new hears how it stands.
        var heard = int.TryParse(http.Request.Headers["Last-Event-ID"], CultureInfo.InvariantCulture, out var last) && last >= 0 ? last : payment.History.Count - 1;
        return TypedResults.ServerSentEvents(StepsAsync(payments.WatchAsync(orderId, owner, process.ApplicationStopping, cancellationToken), heard, cancellationToken));
    }

    private static async IAsyncEnumerable<SseItem<Step>> StepsAsync(IAsyncEnumerable<Payment> states, int heard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var payment in states.WithCancellation(cancellationToken))
        {
            for (; heard < payment.History.Count; heard++)
            {
                var (status, at, reason, _) = payment.History[heard];
                yield return new SseItem<Step>(new Step(payment.OrderId, status, at, reason), "status") { EventId = (heard + 1).ToString(CultureInfo.InvariantCulture) };
            }

            if (payment is { IsUnpaid: false, RefundingAmount: 0 })
                yield break;
        }
    }

    /// <param name="Reason">Why it was canceled.</param>
    internal sealed record Step(Guid OrderId, PaymentStatus Status, DateTimeOffset At, string? Reason);
}
