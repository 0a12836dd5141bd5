using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Reads Stripe's records of a window, a page at a time, and finds what is not the same here; then the other way round, what is here and not there.</summary>
internal sealed class FindDrift(IServiceScopeFactory scopes, StripeGateway stripe, TimeProvider clock)
{
    /// <summary>Refunds and disputes are few, and may change for weeks.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromDays(30);

    /// <summary>How often a page is asked for again: of a thousand one may well fail, and then all would have to be read anew.</summary>
    private const int Again = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <returns>Null where Stripe's records could not be read to their end.</returns>
    public async Task<List<Difference>?> RunAsync(DateTimeOffset now, TimeSpan window, CancellationToken cancellationToken)
    {
        List<Difference> found = [];
        HashSet<string> there = [];
        var (since, longSince) = (now - window, now - Slow);
        var read = await EachAsync(after => stripe.ListIntentsAsync(since, after, cancellationToken), intent => intent.Id, async page =>
        {
            there.UnionWith(page.Select(intent => intent.Id));
            var orders = page.Select(intent => Guid.TryParse(intent.OrderId, out var order) ? order : Guid.Empty).ToArray();
            var here = await LoadAsync(payment => orders.Contains(payment.OrderId), cancellationToken);
            found.AddRange(page.Select(intent => Differences.Of(intent, here.Find(payment => payment.OrderId.ToString() == intent.OrderId), now)).OfType<Difference>());
        }, cancellationToken);
        read = read && await EachAsync(after => stripe.ListRefundsAsync(longSince, after, cancellationToken), refund => refund.Id, async page =>
        {
            var here = await OfIntentsAsync(page.Select(refund => refund.IntentId), cancellationToken);
            found.AddRange(page.Select(refund => Differences.Of(refund, here.Find(payment => payment.IntentId == refund.IntentId))).OfType<Difference>());
        }, cancellationToken);
        read = read && await EachAsync(after => stripe.ListDisputesAsync(longSince, after, cancellationToken), dispute => dispute.Id, async page =>
        {
            var here = await OfIntentsAsync(page.Select(dispute => dispute.IntentId), cancellationToken);
            var known = await ConcernsAsync(page, cancellationToken);
            found.AddRange(page.Select(dispute => Differences.Of(dispute, here.Find(payment => payment.IntentId == dispute.IntentId), known.Find(concern => concern.Reference == dispute.Id)))
                .OfType<Difference>());
        }, cancellationToken);
        if (!read)
            return null;
        found.AddRange(await MissingAsync(there, since, now, cancellationToken));
        return found;
    }

    /// <summary>Payments of the window whose intent Stripe does not have. What was opened after its page was read is asked for by its id.</summary>
    private async Task<List<Difference>> MissingAsync(HashSet<string> there, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Order ids are UUIDv7, and an intent is younger than its order. A minute later, since Stripe's clock is not ours.
        var first = Guid.CreateVersion7(since.AddMinutes(1));
        await using var scope = scopes.CreateAsyncScope();
        var here = await scope.ServiceProvider.GetRequiredService<PaymentDb>().Payments.AsNoTracking()
            .Where(payment => payment.IntentId != null && payment.Order != null && payment.OrderId > first).Select(payment => new { payment.OrderId, payment.IntentId }).ToListAsync(cancellationToken);
        List<Difference> missing = [];
        foreach (var payment in here.Where(payment => !there.Contains(payment.IntentId!)))
        {
            if (await stripe.ReadAsync(payment.IntentId!, cancellationToken) is { Kind: AnswerKind.Refused })
                missing.Add(new(payment.OrderId, payment.IntentId!, "Stripe has no such intent.", IntentId: null));
        }

        return missing;
    }

    private async Task<bool> EachAsync<T>(Func<string?, Task<Answer<StripePage<T>>>> ask, Func<T, string> id, Func<IReadOnlyList<T>, Task> compare, CancellationToken cancellationToken)
    {
        for (string? after = null; ;)
        {
            var answer = await ask(after);
            for (var again = 1; answer.Kind is AnswerKind.Unclear or AnswerKind.Failed && again <= Again; again++)
            {
                await Task.Delay(again * Pause, clock, cancellationToken);
                answer = await ask(after);
            }

            if (answer is not { IsDone: true, Value: { } page })
                return false;
            if (page.Items.Count > 0)
                await compare(page.Items);
            if (!page.HasMore)
                return true;
            after = id(page.Items[^1]);
        }
    }

    private Task<List<Payment>> OfIntentsAsync(IEnumerable<string> intents, CancellationToken cancellationToken)
    {
        string?[] wanted = [.. intents.Distinct()];
        return LoadAsync(payment => wanted.Contains(payment.IntentId), cancellationToken);
    }

    private async Task<List<Payment>> LoadAsync(System.Linq.Expressions.Expression<Func<Payment, bool>> which, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PaymentDb>().Payments.AsNoTracking()
            .Include(payment => payment.Operation).Include(payment => payment.Refunds).Where(which).ToListAsync(cancellationToken);
    }

    private async Task<List<Concern>> ConcernsAsync(IReadOnlyList<StripeDispute> disputes, CancellationToken cancellationToken)
    {
        string[] references = [.. disputes.Select(dispute => dispute.Id)];
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PaymentDb>().Concerns.AsNoTracking()
            .Where(concern => concern.Kind == ConcernKind.Dispute && references.Contains(concern.Reference)).ToListAsync(cancellationToken);
    }
}
