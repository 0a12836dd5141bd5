using System.Text;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Stripe;

namespace EShop.Payment;

/// <summary>Stripe tells that something happened. Nothing of it is applied here: the event's id is stored, and the payment marked to be read at Stripe.</summary>
internal static class ReceiveWebhook
{
    public const int MaxBody = 1024 * 1024;

    private const long ToleranceSeconds = 300;

    /// <summary>The others change nothing of a payment, so there is nothing to lose by not keeping them: what <c>charge.refunded</c> tells, the refund's own events tell too.</summary>
    private static readonly HashSet<string> Telling =
    [
        EventTypes.PaymentIntentSucceeded, EventTypes.PaymentIntentPaymentFailed, EventTypes.PaymentIntentCanceled, EventTypes.PaymentIntentRequiresAction,
        EventTypes.PaymentIntentProcessing,
        EventTypes.RefundCreated, EventTypes.RefundUpdated, EventTypes.RefundFailed,
        EventTypes.ChargeDisputeCreated, EventTypes.ChargeDisputeUpdated, EventTypes.ChargeDisputeClosed,
    ];

    public static async Task<Results<Ok, Problem>> HandleAsync(
        HttpRequest request, PaymentDb db, IOptions<StripeOptions> stripe, ReadIntents reader, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        if (Verify(Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length), request.Headers["Stripe-Signature"], stripe.Value.WebhookSecret, clock) is not { } happened)
            return Problem.Invalid("Stripe-Signature", "The signature does not fit the body, or it is too old.");
        if (!Telling.Contains(happened.Type))
            return TypedResults.Ok();
        var now = clock.GetUtcNow();
        var marked = happened.Data.Object switch
        {
            PaymentIntent intent when Guid.TryParse(intent.Metadata?.GetValueOrDefault("orderId"), out var orderId) => await MarkAsync(db, happened, intent, orderId, now, cancellationToken),
            Stripe.Refund refund => await MarkAsync(db, happened, refund.PaymentIntentId, refund.Id, refund.Status, now, cancellationToken),
            Dispute dispute => await MarkAsync(db, happened, dispute.PaymentIntentId, refundId: null, status: null, now, cancellationToken),
            _ => 0,
        };
        if (marked > 0)
            reader.Wake();
        return TypedResults.Ok();
    }

    // One statement, so that the id can't be stored without the mark. A payment that already is what the event tells is left alone.
    private static Task<int> MarkAsync(PaymentDb db, Event happened, PaymentIntent intent, Guid orderId, DateTimeOffset now, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync($"""
        WITH seen AS (INSERT INTO webhook_events (id, type, received_at) VALUES ({happened.Id}, {happened.Type}, {now}) ON CONFLICT DO NOTHING RETURNING id)
        UPDATE payments SET read_at = {now}
        WHERE order_id = {orderId} AND (intent_id = {intent.Id} OR intent_id IS NULL) AND EXISTS (SELECT FROM seen)
            AND (status IN ('awaiting_payment', 'requires_action', 'processing') OR (status IN ('canceled', 'rejected') AND {happened.Type} <> {EventTypes.PaymentIntentCanceled}))
        """, cancellationToken);

    private static Task<int> MarkAsync(
        PaymentDb db, Event happened, string intentId, string? refundId, string? status, DateTimeOffset now, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync($"""
        WITH seen AS (INSERT INTO webhook_events (id, type, received_at) VALUES ({happened.Id}, {happened.Type}, {now}) ON CONFLICT DO NOTHING RETURNING id)
        UPDATE payments SET read_at = {now}
        WHERE intent_id = {intentId} AND EXISTS (SELECT FROM seen)
            AND NOT EXISTS (SELECT FROM refunds r WHERE r.order_id = payments.order_id AND r.stripe_id = {refundId} AND r.status = {status})
        """, cancellationToken);

    // The text is decoded from the raw bytes: bytes that are no UTF-8 decode to something that was never signed.
    private static Event? Verify(string body, string? signature, string? secret, TimeProvider clock)
    {
        if (string.IsNullOrEmpty(secret))
            return null;
        try
        {
            return EventUtility.ConstructEvent(body, signature, secret, ToleranceSeconds, clock.GetUtcNow().ToUnixTimeSeconds(), throwOnApiVersionMismatch: false);
        }
#pragma warning disable CA1031 // Besides StripeException it throws whatever a forged body leads it into; all of it is the sender's fault.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }
}
