using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Reads what Stripe has of a payment, its intent with the refunds and disputes, and makes that ours.</summary>
internal sealed partial class ObeyStripe(PaymentDb db, StripeGateway stripe, IOutbox outbox, PaymentMetrics metrics, TimeProvider clock, ILogger<ObeyStripe> logger)
{
    /// <summary>How often it is begun anew because the payment changed meanwhile: just paid, it learns of its invoice.</summary>
    private const int Tries = 3;

    /// <returns>False where it has to be read again in a while: Stripe gave no answer, or the payment would not keep still.</returns>
    public async Task<bool> RunAsync(Guid orderId, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            db.ChangeTracker.Clear(); // What was overtaken is read anew.
            if (await db.Payments.Include(p => p.Refunds).SingleOrDefaultAsync(p => p.OrderId == orderId, cancellationToken) is not { } payment)
                return true;
            var claimed = payment.ReadAt;
            if (payment.IntentId is not null)
            {
                if (await ReadAsync(payment, cancellationToken) is not { } read)
                {
                    // What has waited for long may wait for a minute, where everything waits for Stripe.
                    var now = clock.GetUtcNow();
                    if (payment.NextLook(now) is { } later && later > claimed)
                        await NextAsync(orderId, claimed, later < now.AddMinutes(1) ? later : now.AddMinutes(1), cancellationToken);
                    return false;
                }

                if (!await ApplyAsync(payment, read, cancellationToken))
                    continue;
            }

            await NextAsync(orderId, claimed, payment.NextLook(clock.GetUtcNow()), cancellationToken);
            return true;
        }

        return false;
    }

    // Only the mark that led here: one that a webhook set meanwhile tells of something newer.
    private Task<int> NextAsync(Guid orderId, DateTimeOffset? claimed, DateTimeOffset? next, CancellationToken cancellationToken) => db.Payments
        .Where(p => p.OrderId == orderId && (p.ReadAt == claimed || p.ReadAt == null)).ExecuteUpdateAsync(payments => payments.SetProperty(p => p.ReadAt, next), cancellationToken);

    private async Task<Read?> ReadAsync(Payment payment, CancellationToken cancellationToken)
    {
        if (await stripe.ReadAsync(payment.IntentId!, cancellationToken) is not { IsDone: true, Value: { } intent })
            return null;
        // The refunds of a charge that we hear of only now were made at Stripe: then the charge counts them.
        var refunds = intent is { Status: IntentStatus.Succeeded, Charge: { } charge } && (payment.IsSold || payment.Refunds.Count > 0 || charge.AmountRefunded > 0)
            ? await stripe.ListRefundsAsync(intent.Id, cancellationToken)
            : new(AnswerKind.Done, []);
        var disputes = intent.Charge is { IsDisputed: true } ? await stripe.ListDisputesAsync(intent.Id, cancellationToken) : new(AnswerKind.Done, []);
        return refunds.IsDone && disputes.IsDone ? new Read(intent, refunds.Value!, disputes.Value!) : null;
    }

    private async Task<bool> ApplyAsync(Payment payment, Read read, CancellationToken cancellationToken)
    {
        var (now, before) = (clock.GetUtcNow(), payment.Status);
        if (payment.Obey(read.Intent, now) is { } happened)
            outbox.Publish(happened, payment.TraceParent);
        // Of an order that is still to be paid in our books (it was told again) they are heard with its payment: what is sent back of nothing would be told to nobody.
        foreach (var said in payment.IsUnpaid ? [] : read.Refunds)
            Hear(payment, said, now);
        foreach (var dispute in read.Disputes)
            await HearAsync(payment, dispute, now, cancellationToken);

        // Once in this order's life: a refund that failed is for a person to look at, not for a loop to repeat.
        var isLate = payment.OwesRefund(read.Intent) && payment.Refunds.Count == 0;
        if (isLate)
        {
            var refund = payment.GiveBack(read.Intent, now);
            db.Add(refund);
            db.Add(Ask(payment, refund, now));
        }
        else if (payment.Refunds.Find(refund => refund is { Status: RefundStatus.Pending, StripeId: null }) is { } unasked)
        {
            // Nobody has an operation open, and Stripe has no such refund: what was set aside is asked for, under its one key.
            db.Add(Ask(payment, unasked, now));
        }

        if (!await db.SaveLockedAsync(payment, cancellationToken))
            return false;
        if (payment.Status != before)
            metrics.Went(payment.Status);
        if (isLate)
            metrics.GaveBack();
        return true;
    }

    private void Hear(Payment payment, StripeRefund said, DateTimeOffset now)
    {
        var ours = payment.Refunds.Find(refund => refund.StripeId == said.Id || refund.Id == said.RefundId);
        if (ours is null)
        {
            if (said.Status == RefundStatus.Failed)
                return;
            ours = payment.Adopt(said, now);
            db.Add(ours);
            if (said.RefundId is null)
                db.Add(Concern.Raise(ConcernKind.RefundMadeAtStripe, payment.OrderId, said.Id, said.Amount, "Refunded at Stripe itself; the goods are not back on the shelf.", now));
            Adopted(logger, payment.OrderId, said.Id);
        }

        var before = ours.Status;
        if (payment.Hear(ours, said.Status, said.Id, now) is { } refunded)
            outbox.Publish(refunded, payment.TraceParent);
        if (ours.Status == RefundStatus.Failed && before != RefundStatus.Failed)
            db.Add(payment.Worry(ours, now));
    }

    private async Task HearAsync(Payment payment, StripeDispute dispute, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.Concerns.FirstOrDefaultAsync(concern => concern.Kind == ConcernKind.Dispute && concern.Reference == dispute.Id, cancellationToken) is { } known)
        {
            known.Detail = dispute.Detail;
            return;
        }

        db.Add(Concern.Raise(ConcernKind.Dispute, payment.OrderId, dispute.Id, dispute.Amount, dispute.Detail, now));
        payment.Touch(); // So that of two who read it at once one is refused, and raises nothing.
        Disputed(logger, payment.OrderId, dispute.Id);
    }

    // Its lease has run out from the beginning: whoever takes it over looks first at what Stripe has.
    private static Operation Ask(Payment payment, Refund refund, DateTimeOffset now) =>
        Operation.Start(refund, payment, TimeSpan.Zero, now);

    private sealed record Read(Intent Intent, IReadOnlyList<StripeRefund> Refunds, IReadOnlyList<StripeDispute> Disputes);

    [LoggerMessage(4020, LogLevel.Warning, "Order {OrderId} was refunded at Stripe itself: {StripeId}")]
    private static partial void Adopted(ILogger logger, Guid orderId, string stripeId);

    [LoggerMessage(4021, LogLevel.Warning, "The charge of order {OrderId} is disputed: {StripeId}")]
    private static partial void Disputed(ILogger logger, Guid orderId, string stripeId);
}
