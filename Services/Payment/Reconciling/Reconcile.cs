using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace EShop.Payment;

/// <summary>Compares Stripe's records with ours now and then, and has made right what differs: whatever was lost, a webhook, a row, an event, is found here at the latest.</summary>
internal sealed partial class Reconcile(
    IServiceScopeFactory scopes, FindDrift drift, FirstComparison firstComparison, ReadIntents reader, PaymentMetrics metrics, IOptions<PaymentOptions> options, TimeProvider clock, ILogger<Reconcile> logger)
    : Worker(scopes, clock, Poll, logger)
{
    /// <summary>How long a difference has to last: what just happens is on its way to us.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>When it is tried again where Stripe could not be read.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    private DateTimeOffset _firstAgainAt;

    protected override async Task<DateTimeOffset> WorkAsync(IServiceProvider services, CancellationToken stoppingToken)
    {
        var db = services.GetRequiredService<PaymentDb>();
        if (await NextAsync(db, stoppingToken) is var next && next > Clock.GetUtcNow())
            return next;
        if (!await TakeTurnAsync(db, stoppingToken))
            return AtOnce; // Another replica took it since.
        if (await LastingAsync(stoppingToken) is not { } found)
        {
            Unread(logger);
            _firstAgainAt = Clock.GetUtcNow() + Again;
            await db.Database.ExecuteSqlAsync($"UPDATE schedules SET due_at = least(due_at, {Clock.GetUtcNow() + Again}) WHERE name = 'reconcile'", stoppingToken);
            return AtOnce;
        }

        var outbox = services.GetRequiredService<IOutbox>();
        var lost = await services.GetRequiredService<LostEvents>().TellAsync(Clock.GetUtcNow() - options.Value.ReconcileWindow, stoppingToken);
        foreach (var difference in found)
        {
            Differs(logger, difference.OrderId, difference.Reference, difference.Detail);
            await RepairAsync(db, outbox, difference, stoppingToken);
        }

        await NoteAsync(db, found, stoppingToken);
        metrics.Drifted(found.Count + lost, Clock.GetUtcNow() + (2 * options.Value.ReconcileEvery));
        reader.Wake();
        firstComparison.Done(Clock.GetUtcNow());
        await db.Database.ExecuteSqlAsync($"UPDATE schedules SET done_at = {Clock.GetUtcNow()} WHERE name = 'reconcile'", stoppingToken);
        return AtOnce;
    }

    private async Task<DateTimeOffset> NextAsync(PaymentDb db, CancellationToken stoppingToken)
    {
        var due = await db.Schedules.Where(schedule => schedule.Name == "reconcile").Select(schedule => (DateTimeOffset?)schedule.DueAt).SingleOrDefaultAsync(stoppingToken) ?? AtOnce;
        return firstComparison.IsDone || due < _firstAgainAt ? due : _firstAgainAt;
    }

    // One replica at a time, and none after another before it is due again; but each once for itself when it begins.
    private async Task<bool> TakeTurnAsync(PaymentDb db, CancellationToken stoppingToken)
    {
        var now = Clock.GetUtcNow();
        var isFirst = !firstComparison.IsDone && _firstAgainAt <= now;
        if (isFirst)
            _firstAgainAt = now + Again;
        return await db.Database.ExecuteSqlAsync($"""
            INSERT INTO schedules (name, due_at) VALUES ('reconcile', {now + options.Value.ReconcileEvery})
            ON CONFLICT (name) DO UPDATE SET due_at = CASE WHEN schedules.due_at <= {now} THEN excluded.due_at ELSE schedules.due_at END WHERE schedules.due_at <= {now} OR {isFirst}
            """, stoppingToken) == 1;
    }

    /// <returns>What differs, and still does a moment later; null where Stripe could not be read.</returns>
    private async Task<List<Difference>?> LastingAsync(CancellationToken stoppingToken)
    {
        var first = await drift.RunAsync(Clock.GetUtcNow(), options.Value.ReconcileWindow, stoppingToken);
        if (first is null or { Count: 0 })
            return first;
        await Task.Delay(Settling, Clock, stoppingToken);
        var second = await drift.RunAsync(Clock.GetUtcNow(), options.Value.ReconcileWindow, stoppingToken);
        return second is null ? null : [.. second.Where(difference => first.Exists(before => before.Reference == difference.Reference))];
    }

    private async Task RepairAsync(PaymentDb db, IOutbox outbox, Difference difference, CancellationToken stoppingToken)
    {
        if (difference.IntentId is not { } intentId)
            return;
        await using var transaction = await db.Database.BeginTransactionAsync(stoppingToken);
        // Where there is no row, or an empty one: Cart tells the order again, and then the intent is read.
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO payments (order_id, status, history, refunded_amount, refunding_amount, attempts, version, intent_id)
            VALUES ({difference.OrderId}, 'awaiting_stock', '[]'::jsonb, 0, 0, 0, 0, {intentId})
            ON CONFLICT (order_id) DO UPDATE
            SET intent_id = coalesce(payments.intent_id, excluded.intent_id), version = payments.version + (payments.intent_id IS NULL)::int, read_at = {Clock.GetUtcNow()}
            """, stoppingToken);
        if (!await db.Payments.AnyAsync(payment => payment.OrderId == difference.OrderId && payment.UserId != null, stoppingToken))
            outbox.Publish(new OrderUnknown(difference.OrderId));
        await db.SaveChangesAsync(stoppingToken);
        await transaction.CommitAsync(stoppingToken);
    }

    /// <summary>What is found again and again is for a person; what is no longer found needs none.</summary>
    private async Task NoteAsync(PaymentDb db, List<Difference> found, CancellationToken stoppingToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stoppingToken);
        // Two replicas that begin at once note one after the other, each difference once.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext('reconcile'))", stoppingToken);
        var known = await db.Concerns.Where(concern => concern.Kind == ConcernKind.Drift).ToDictionaryAsync(concern => concern.Reference, stoppingToken);
        foreach (var difference in found.DistinctBy(difference => difference.Reference))
        {
            if (known.Remove(difference.Reference, out var before))
            {
                (before.Times, before.Detail) = (before.Times + 1, difference.Detail);
                continue;
            }

            db.Add(Concern.Raise(ConcernKind.Drift, difference.OrderId, difference.Reference, amount: null, difference.Detail, Clock.GetUtcNow()));
        }

        db.RemoveRange(known.Values);
        await db.SaveChangesAsync(stoppingToken);
        await transaction.CommitAsync(stoppingToken);
    }

    [LoggerMessage(4030, LogLevel.Warning, "Order {OrderId} differs from Stripe's record {Reference}: {Detail}")]
    private static partial void Differs(ILogger logger, Guid orderId, string reference, string detail);

    [LoggerMessage(4031, LogLevel.Warning, "Stripe's records can't be read right now, so nothing is compared with them")]
    private static partial void Unread(ILogger logger);
}

/// <summary>Whether Stripe's records were compared with ours since this process began. Until then our books may be those of a backup: an order without an intent may have one
/// all the same, and be paid.</summary>
internal sealed class FirstComparison
{
    private long _doneAt = long.MaxValue;

    public bool IsDone => Interlocked.Read(ref _doneAt) != long.MaxValue;

    public void Done(DateTimeOffset now) => Interlocked.CompareExchange(ref _doneAt, now.UtcTicks, long.MaxValue);

    /// <summary>Whether it was done when an operation was opened: what had an operation open was not compared.</summary>
    public bool WasDoneBefore(Operation operation) => Interlocked.Read(ref _doneAt) <= operation.OpenedAt.UtcTicks;
}

/// <summary>When something is due that one replica does for all.</summary>
internal sealed class Schedule
{
    public required string Name { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    /// <summary>When it was last done to its end.</summary>
    public DateTimeOffset? DoneAt { get; init; }
}
