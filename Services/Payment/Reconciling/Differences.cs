namespace EShop.Payment;

/// <summary>Stripe's records and ours say different things of an order.</summary>
/// <param name="Reference">Stripe's id of the intent, the refund or the dispute.</param>
/// <param name="IntentId">To be read to make it right; null where reading it does not help.</param>
internal sealed record Difference(Guid OrderId, string Reference, string Detail, string? IntentId);

/// <summary>Compares one record of Stripe's with what is here. What is being worked on is no difference: whoever works on it asks Stripe anyway.</summary>
internal static class Differences
{
    /// <param name="started">When Stripe's records were begun to be read: what happened here since can't be in them.</param>
    public static Difference? Of(Intent intent, Payment? payment, DateTimeOffset started)
    {
        if (!Guid.TryParse(intent.OrderId, out var orderId))
            return null; // Not an order of this shop.
        if (payment is not { IsKnown: true })
            return new(orderId, intent.Id, "The order is not known here.", intent.Id);
        if (payment.Operation is not null)
            return null;
        if (payment.IntentId is { } other && other != intent.Id)
            return intent is { Status: IntentStatus.Succeeded, Charge: { } second } && second.AmountRefunded < second.Amount
                ? new(orderId, intent.Id, $"Charged a second time: its own intent is {other}.", IntentId: null)
                : null;

        var detail = $"{Snake.Of(payment.Status)} here, {intent.Status} at Stripe.";
        return intent.Status switch
        {
            // Opened for this order, and lost here since: whatever becomes of it has to be read under its id.
            _ when payment is { IsUnpaid: true, IntentId: null } => new(orderId, intent.Id, detail, intent.Id),
            IntentStatus.Succeeded when payment.IsUnpaid || (payment.OwesRefund(intent) && payment.Refunds.Count == 0) => new(orderId, intent.Id, detail, intent.Id),
            IntentStatus.Canceled when payment.IsUnpaid => new(orderId, intent.Id, detail, intent.Id),
            IntentStatus.RequiresAction or IntentStatus.Processing when payment.Status == PaymentStatus.AwaitingPayment => new(orderId, intent.Id, detail, intent.Id),
            not IntentStatus.Succeeded when payment.IsSold && payment.History.First(step => step.Status == PaymentStatus.Succeeded).At < started => new(orderId, intent.Id, detail, IntentId: null),
            _ => null,
        };
    }

    public static Difference? Of(StripeRefund refund, Payment? payment)
    {
        if (payment is null or { Operation: not null })
            return null; // Told by its intent.
        var ours = payment.Refunds.Find(known => known.StripeId == refund.Id || known.Id == refund.RefundId);
        return ours is null && refund.Status == RefundStatus.Failed || ours?.Status == refund.Status
            ? null
            : new(payment.OrderId, refund.Id, $"The refund is {(ours is null ? "unknown" : Snake.Of(ours.Status))} here, {Snake.Of(refund.Status)} at Stripe.", refund.IntentId);
    }

    public static Difference? Of(StripeDispute dispute, Payment? payment, Concern? known) => payment is null || known?.Detail == dispute.Detail
        ? null
        : new(payment.OrderId, dispute.Id, $"The dispute ({dispute.Detail}) is {(known is null ? "not known" : known.Detail)} here.", dispute.IntentId);
}
