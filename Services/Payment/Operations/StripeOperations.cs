using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

internal enum OperationEnd
{
    /// <summary>Stripe's word is known and written down.</summary>
    Ended,

    /// <summary>Stripe refused the request itself; the payment is as it was.</summary>
    Refused,

    /// <summary>Stripe's word is not known. The operation stays open, a worker asks on.</summary>
    Unclear,

    /// <summary>Somebody else holds the operation now: what we heard is not ours to write.</summary>
    Lost,
}

/// <param name="Payment">As it is in the database now.</param>
/// <param name="Declined">Whether this very ask was declined.</param>
internal sealed record OperationResult(OperationEnd End, Payment Payment, bool Declined = false, string? RefusedParam = null);

/// <summary>Carries an open operation to its end: has Stripe asked, and writes the result under the operation's lease. A request and a worker do it
/// in the same way, and each step may be the last one before a crash: whoever takes the lease over begins here again.</summary>
internal sealed partial class StripeOperations(
    PaymentDb db, StripeQuestions questions, StripeGateway stripe, IOutbox outbox, PaymentMetrics metrics, TimeProvider clock, ILogger<StripeOperations> logger)
{
    /// <param name="payment">With the operation, whose lease the caller holds; both tracked.</param>
    /// <param name="patience">Ends the asking; what is known by then is still written.</param>
    /// <param name="cancellationToken">Ends the writing. A result that can't be written is found again by whoever takes the lease over.</param>
    public async Task<OperationResult> RunAsync(Payment payment, CancellationToken patience, CancellationToken cancellationToken)
    {
        var operation = payment.Operation!;
        try
        {
            if (operation.Kind == OperationKind.Refund)
                return await RefundAsync(payment, operation, patience, cancellationToken);
            var answer = await questions.AskAsync(payment, operation, patience, cancellationToken);
            return answer?.Kind switch
            {
                AnswerKind.Done => await EndAsync(payment, answer.Value!, cancellationToken),
                AnswerKind.Declined => await DeclineAsync(payment, answer, cancellationToken),
                AnswerKind.Refused => await RefuseAsync(payment, answer, cancellationToken),
                null => await EndAsync(payment, fresh => fresh.Cancel(operation.Parameters.Reason!.Value, clock.GetUtcNow(), operation.Parameters.Note), cancellationToken),
                _ => await PostponeAsync(payment, operation, answer.Error, cancellationToken),
            };
        }
        catch (DbUpdateConcurrencyException)
        {
            // Between two asks the payment changed or the lease was taken over; the operation's row tells which, and its lease runs on.
            return new(OperationEnd.Lost, await ReloadAsync(payment.OrderId, cancellationToken));
        }
    }

    /// <summary>Within a request. A dropped connection costs milliseconds: while there is time left, the asker gets the outcome and not only a promise of one.</summary>
    public async Task<OperationResult> RunAsync(Payment payment, StripeBudget budget)
    {
        var result = await RunAsync(payment, budget.Asking, budget.Writing);
        for (var again = 0; again < 2 && result.End == OperationEnd.Unclear && budget.Left > TimeSpan.FromSeconds(1); again++)
        {
            var operation = result.Payment.Operation!;
            operation.Tries++;
            operation.LeaseUntil = clock.GetUtcNow() + OperationStore.RequestLease;
            result = await RunAsync(result.Payment, budget.Asking, budget.Writing);
        }

        return result;
    }

    private async Task<OperationResult> EndAsync(Payment payment, Intent intent, CancellationToken cancellationToken)
    {
        var operation = payment.Operation!;
        var ended = await EndAsync(payment, fresh =>
        {
            // We asked for the end ourselves: our reason counts, with what its giver wrote.
            var happened = operation.Kind == OperationKind.Cancel && intent.Status == IntentStatus.Canceled
                ? fresh.Cancel(operation.Parameters.Reason!.Value, clock.GetUtcNow(), operation.Parameters.Note)
                : fresh.Obey(intent, clock.GetUtcNow());
            if (fresh.OwesRefund(intent))
                fresh.ReadAgain(clock.GetUtcNow());
            return happened;
        }, cancellationToken);
        return ended with { Declined = operation.Kind == OperationKind.Confirm && ended.Payment is { Status: PaymentStatus.AwaitingPayment, LastError: not null } };
    }

    /// <summary>Writes the end: status, event, and no operation any more, in one transaction, provided that the lease is still ours.</summary>
    private async Task<OperationResult> EndAsync(Payment payment, Func<Payment, IEvent?> apply, CancellationToken cancellationToken)
    {
        var (lease, attempt) = (payment.Operation!.LeaseToken, payment.Operation.Attempt);
        for (; ; )
        {
            var before = payment.Status;
            if (apply(payment) is { } happened)
                outbox.Publish(happened, payment.TraceParent);
            payment.Count(attempt);
            db.Remove(payment.Operation!);
            if (await db.SaveLockedAsync(payment, cancellationToken))
            {
                if (payment.Status != before)
                    metrics.Went(payment.Status);
                return new(OperationEnd.Ended, payment);
            }

            // An event or a webhook changed the payment meanwhile: Stripe's word is applied to what it is now.
            payment = await ReloadAsync(payment.OrderId, cancellationToken);
            if (payment.Operation?.LeaseToken != lease)
                return new(OperationEnd.Lost, payment);
        }
    }

    private async Task<OperationResult> DeclineAsync(Payment payment, Answer<Intent> answer, CancellationToken cancellationToken)
    {
        var ended = await EndAsync(payment, fresh =>
        {
            fresh.Decline(answer.Error!, answer.ChargeId, clock.GetUtcNow());
            return null;
        }, cancellationToken);
        return ended with { Declined = true };
    }

    private async Task<OperationResult> RefuseAsync(Payment payment, Answer<Intent> answer, CancellationToken cancellationToken)
    {
        RefusedByStripe(logger, payment.OrderId, payment.Operation!.Kind, answer.Error?.Code ?? "nothing", answer.Param ?? "none");
        var wasProcessing = payment.Status == PaymentStatus.Processing;
        var ended = await EndAsync(payment, fresh =>
        {
            if (wasProcessing)
                fresh.Decline(answer.Error ?? new PaymentError("refused", null, ""), chargeId: null, clock.GetUtcNow());
            return null;
        }, cancellationToken);
        return ended.End == OperationEnd.Ended ? ended with { End = OperationEnd.Refused, RefusedParam = answer.Param } : ended;
    }

    /// <summary>Gives the lease back, for a worker to ask on after a while; the buyer sees <c>processing</c> meanwhile.</summary>
    private async Task<OperationResult> PostponeAsync(Payment payment, Operation operation, PaymentError? error, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        metrics.Unclear(operation.Kind);
        UnclearAnswer(logger, payment.OrderId, operation.Kind, operation.Tries + 1, error?.Code ?? "no_answer");
        if (operation.Kind is OperationKind.Open or OperationKind.Confirm)
            payment.AwaitAnswer(now);
        operation.LeaseUntil = now + TimeSpan.FromSeconds(Math.Min(Math.Pow(2, operation.Tries) / 2, 30));
        await db.SaveChangesAsync(cancellationToken);
        return new(OperationEnd.Unclear, payment);
    }

    private async Task<OperationResult> RefundAsync(Payment payment, Operation operation, CancellationToken patience, CancellationToken cancellationToken)
    {
        await db.Entry(payment).Collection(p => p.Refunds).LoadAsync(cancellationToken);
        var refund = payment.Refunds.Single(r => r.Id == operation.Parameters.RefundId);
        // Never under a second key: two keys are two refunds. So what is there is looked up first, and the one key asked again.
        var listed = operation.Tries > 0 ? await stripe.ListRefundsAsync(refund.IntentId, patience) : null;
        if (listed is { IsDone: false })
            return await PostponeAsync(payment, operation, listed.Error, cancellationToken);
        var answer = listed?.Value!.FirstOrDefault(found => found.RefundId == refund.Id) is { } found
            ? new Answer<StripeRefund>(AnswerKind.Done, found)
            : await stripe.RefundAsync(refund, operation, patience);
        if (answer.Kind is AnswerKind.Unclear or AnswerKind.Failed)
            return await PostponeAsync(payment, operation, answer.Error, cancellationToken);
        var said = answer.Value?.Status ?? RefundStatus.Failed;
        if (said == RefundStatus.Failed)
            RefundFailed(logger, payment.OrderId, refund.Id, answer.Error?.Code ?? "failed");
        var ended = await EndAsync(payment, fresh =>
        {
            var (now, ours) = (clock.GetUtcNow(), fresh.Refunds.Single(r => r.Id == refund.Id));
            var refunded = fresh.Hear(ours, said, answer.Value?.Id, now);
            if (ours.Status == RefundStatus.Failed)
                db.Add(fresh.Worry(ours, now));
            // Refused, there may be refunds that we don't know of; pending, its end may not be told.
            fresh.ReadAgain(said == RefundStatus.Failed ? now : fresh.NextLook(now) ?? fresh.ReadAt);
            return refunded;
        }, cancellationToken);
        return ended.End != OperationEnd.Ended || said != RefundStatus.Failed
            ? ended
            : ended with { End = OperationEnd.Refused, RefusedParam = answer.Error?.Code == "charge_already_refunded" ? "amount" : answer.Param };
    }

    private Task<Payment> ReloadAsync(Guid orderId, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        return db.Payments.Include(p => p.Operation).Include(p => p.Refunds).SingleAsync(p => p.OrderId == orderId, cancellationToken);
    }

    [LoggerMessage(4001, LogLevel.Warning, "Stripe's answer about order {OrderId} ({Kind}, try {Try}) is not clear: {Reason}")]
    private static partial void UnclearAnswer(ILogger logger, Guid orderId, OperationKind kind, int @try, string reason);

    [LoggerMessage(4002, LogLevel.Warning, "Stripe refused to {Kind} the payment of order {OrderId}: {Code}, parameter {Param}")]
    private static partial void RefusedByStripe(ILogger logger, Guid orderId, OperationKind kind, string code, string param);

    [LoggerMessage(4003, LogLevel.Error, "Refund {RefundId} of order {OrderId} ended as {Status}: the money has to be sent back by hand")]
    private static partial void RefundFailed(ILogger logger, Guid orderId, Guid refundId, string status);
}
