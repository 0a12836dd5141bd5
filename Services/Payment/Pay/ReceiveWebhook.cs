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

    /// <summary>The others change nothing of a payment, so there is nothing to lose by not keeping them.</summary>
    private static readonly HashSet<string> Telling =
    [
        EventTypes.PaymentIntentSucceeded, EventTypes.PaymentIntentPaymentFailed, EventTypes.PaymentIntentCanceled, EventTypes.PaymentIntentRequiresAction,
        EventTypes.PaymentIntentProcessing,
    ];

    public static async Task<Results<Ok, Problem>> HandleAsync(
        HttpRequest request, PaymentDb db, IOptions<StripeOptions> stripe, ReadIntents reader, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        if (Verify(Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length), request.Headers["Stripe-Signature"], stripe.Value.WebhookSecret, clock) is not { } happened)
            return Problem.Invalid("Stripe-Signature", "The signature does not fit the body, or it is too old.");
        if (!Telling.Contains(happened.Type) || happened.Data.Object is not PaymentIntent intent || !Guid.TryParse(intent.Metadata?.GetValueOrDefault("orderId"), out var orderId))
            return TypedResults.Ok();

        var now = clock.GetUtcNow();
        // One statement, so that the id can't be stored without the mark. A payment that already is what the event tells is left alone.
        var marked = await db.Database.ExecuteSqlAsync($"""
            WITH seen AS (INSERT INTO webhook_events (id, type, received_at) VALUES ({happened.Id}, {happened.Type}, {now}) ON CONFLICT DO NOTHING RETURNING id)
            UPDATE payments SET read_at = {now}
            WHERE order_id = {orderId} AND (intent_id = {intent.Id} OR intent_id IS NULL) AND EXISTS (SELECT FROM seen)
                AND (status IN ('awaiting_payment', 'requires_action', 'processing') OR (status IN ('canceled', 'rejected') AND {happened.Type} <> {EventTypes.PaymentIntentCanceled}))
            """, cancellationToken);
        if (marked > 0)
            reader.Wake();
        return TypedResults.Ok();
    }

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
