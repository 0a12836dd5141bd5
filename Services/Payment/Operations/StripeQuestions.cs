namespace EShop.Payment;

/// <summary>Asks Stripe what an operation is about, and finds out what an unclear answer meant. What has to be known to ask again is saved before the next ask, under the
/// operation's lease.</summary>
internal sealed class StripeQuestions(PaymentDb db, StripeGateway stripe, FirstComparison firstComparison, TimeProvider clock)
{
    /// <param name="patience">Ends the asking.</param>
    /// <param name="cancellationToken">Ends the writing of what the next ask needs.</param>
    /// <returns>Stripe's answer; null where there is nothing to ask, since Stripe has never heard of the order.</returns>
    public async Task<Answer<Intent>?> AskAsync(Payment payment, Operation operation, CancellationToken patience, CancellationToken cancellationToken)
    {
        if (payment.IntentId is null)
        {
            if (operation.Kind == OperationKind.Cancel && firstComparison.WasDoneBefore(operation))
                return null;
            var opened = operation.Kind == OperationKind.Cancel ? await FindAsync(operation, patience) : await CreateAsync(operation, patience, cancellationToken);
            if (operation.Kind == OperationKind.Cancel && opened.Kind == AnswerKind.Refused)
                return null;
            if (!opened.IsDone)
                return opened;
            // Saved before it is confirmed: from here on whatever happens is found by id.
            payment.Open(opened.Value!);
            await db.SaveChangesAsync(cancellationToken);
            if (operation.Kind == OperationKind.Open)
                return opened;
        }

        return await AskAboutIntentAsync(payment, operation, patience, cancellationToken);
    }

    private async Task<Answer<Intent>> CreateAsync(Operation operation, CancellationToken patience, CancellationToken cancellationToken)
    {
        var found = operation.IsOld(clock.GetUtcNow()) || !firstComparison.WasDoneBefore(operation) ? await FindAsync(operation, patience) : null;
        if (found is { Kind: not AnswerKind.Refused })
            return found;
        var created = await stripe.CreateAsync(operation, patience);
        if (created.Kind != AnswerKind.Failed)
            return created;
        // The failure may be stored under the key, with or without the intent behind it.
        found = await FindAsync(operation, patience);
        if (found.IsDone)
            return found;
        if (found.Kind == AnswerKind.Refused)
        {
            operation.UseNextIntentKey();
            await db.SaveChangesAsync(cancellationToken);
        }

        return created;
    }

    // In a backup its buyer may not have been a customer yet, or no longer.
    private Task<Answer<Intent>> FindAsync(Operation operation, CancellationToken patience) =>
        stripe.FindAsync(operation, firstComparison.WasDoneBefore(operation) ? operation.Parameters.Customer : null, clock.GetUtcNow(), patience);

    private async Task<Answer<Intent>> AskAboutIntentAsync(Payment payment, Operation operation, CancellationToken patience, CancellationToken cancellationToken)
    {
        if (operation.Tries > 0 || operation.Kind == OperationKind.Open)
        {
            // Somebody asked before: what came of it stands in the intent. After the deadline nothing is charged any more that wasn't: the order is ended next.
            var before = await stripe.ReadAsync(payment.IntentId!, patience);
            if (!before.IsDone || IsTold(payment, operation, before.Value!) || operation.Kind == OperationKind.Open
                || (operation.Kind == OperationKind.Confirm && payment.ExpiresAt <= clock.GetUtcNow()))
            {
                return before;
            }
        }

        var answer = await (operation.Kind == OperationKind.Cancel
            ? stripe.CancelAsync(payment.IntentId!, operation, patience)
            : stripe.ConfirmAsync(payment.IntentId!, operation, patience));
        if (answer.Kind is AnswerKind.Done or AnswerKind.Declined)
            return answer;
        if (answer.Kind == AnswerKind.Failed)
        {
            operation.UseNextKey();
            await db.SaveChangesAsync(cancellationToken);
        }

        // Refused because of the intent's state, failed, or not answered: the intent itself says what is so.
        var now = await stripe.ReadAsync(payment.IntentId!, patience);
        if (now.IsDone && IsTold(payment, operation, now.Value!))
            return now;
        return answer.Kind == AnswerKind.Refused && !now.IsDone ? now : answer;
    }

    /// <summary>Whether the intent shows what became of the ask, rather than what was there before.</summary>
    private static bool IsTold(Payment payment, Operation operation, Intent intent) => intent.Status switch
    {
        IntentStatus.Succeeded or IntentStatus.Canceled => true,
        IntentStatus.Processing => true,
        IntentStatus.RequiresAction => operation.Kind == OperationKind.Confirm,
        // A charge that we don't know, on an intent that waits for another card: this ask's, and it was declined.
        _ => operation.Kind == OperationKind.Confirm && intent.LastError is not null && intent.Charge is { } charge && charge.Id != payment.ChargeId,
    };
}
