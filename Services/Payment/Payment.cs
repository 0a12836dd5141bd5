using EShop.Contracts;

namespace EShop.Payment;

/// <summary>How one order is paid. Its methods are the only way from one status to the next: they do no I/O, and return the event that others must be told, or null where
/// nothing happened that concerns them (a repeat, or news that came too late).</summary>
internal sealed class Payment
{
    public required Guid OrderId { get; init; }

    /// <summary>Null in a fate row: the order itself has not been heard of yet.</summary>
    public Guid? UserId { get; private set; }

    public Order? Order { get; private set; }

    public PaymentStatus Status { get; private set; }

    /// <summary>What went back to the card, in minor units.</summary>
    public long RefundedAmount { get; private set; }

    /// <summary>What is on its way back. Reserved here before Stripe is asked, so that no two refunds together give back more than was paid.</summary>
    public long RefundingAmount { get; private set; }

    public string? IntentId { get; private set; }

    public string? ClientSecret { get; private set; }

    /// <summary>The last charge of the intent, failed ones included: another one means that another attempt reached the card.</summary>
    public string? ChargeId { get; private set; }

    public string? CardBrand { get; private set; }

    public string? CardLast4 { get; private set; }

    public NextAction? NextAction { get; private set; }

    public PaymentError? LastError { get; private set; }

    public IReadOnlyList<RejectedLine>? RejectedLines { get; private set; }

    public IReadOnlyList<StatusChange> History { get; private set; } = [];

    /// <summary>When an unpaid order is ended.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>When the intent is to be read at Stripe (again): a webhook spoke of it, or it is in Stripe's hands. Not a change that clients see.</summary>
    public DateTimeOffset? ReadAt { get; private set; }

    public Guid? InvoiceId { get; private set; }

    /// <summary>The trace of the checkout: what comes of the order is told under it.</summary>
    public string? TraceParent { get; private set; }

    /// <summary>How often Stripe was asked to do something to the intent: each has a number, and with it an idempotency key, of its own.</summary>
    public int Attempts { get; private set; }

    /// <summary>Counts changes: the ETag, and what a writer that holds no lock compares.</summary>
    public long Version { get; private set; }

    /// <summary>The one operation that is open at Stripe.</summary>
    public Operation? Operation { get; private set; }

    /// <summary>Loaded only where refunds are dealt with.</summary>
    public List<Refund> Refunds { get; } = [];

    public bool IsKnown => Order is not null;

    /// <summary>Whether the order can still be paid.</summary>
    public bool IsPayable => Status is PaymentStatus.AwaitingPayment or PaymentStatus.RequiresAction;

    /// <summary>Whether the order has not ended: neither paid nor closed.</summary>
    public bool IsUnpaid => Status is PaymentStatus.AwaitingStock or PaymentStatus.AwaitingPayment or PaymentStatus.RequiresAction or PaymentStatus.Processing;

    public bool IsPaid => Status is PaymentStatus.Succeeded or PaymentStatus.PartiallyRefunded;

    /// <summary>Whether others were told that it is paid, whatever went back since.</summary>
    public bool IsSold => IsPaid || Status is PaymentStatus.Refunded;

    /// <summary>What may still be sent back. An order that ended unpaid was charged all the same where something of it was refunded.</summary>
    public long Refundable => IsSold || Refunds.Count > 0 ? Order!.Total - RefundedAmount - RefundingAmount : 0;

    /// <summary>What may still be taken back of the goods: what was sold, less what refunds took back before.</summary>
    public IReadOnlyList<RefundedLine> Returnable() =>
    [
        .. from line in Order!.Lines
           let before = Refunds.Where(refund => refund.TookBack).SelectMany(refund => refund.Lines ?? []).Where(back => back.ProductId == line.ProductId).Sum(back => back.Quantity)
           where before < line.Quantity
           select new RefundedLine(line.ProductId, line.Quantity - before),
    ];

    /// <summary>The order is heard of, from whichever of its events comes first.</summary>
    public void Know(Order order, string? traceParent, TimeSpan deadline, DateTimeOffset now)
    {
        if (IsKnown)
            return;
        (Order, UserId, TraceParent) = (order, order.UserId, traceParent);
        (ExpiresAt, ReadAt) = (now + deadline, IntentId is null ? null : now);
        Note(now);
    }

    /// <summary>Its stock is held: from now on it can be paid. Too late where it has ended.</summary>
    public void Reserve(TimeSpan deadline, DateTimeOffset now)
    {
        if (Status != PaymentStatus.AwaitingStock)
            return;
        (ExpiresAt, ReadAt) = (now + deadline, IntentId is null ? null : now);
        Go(PaymentStatus.AwaitingPayment, now);
    }

    public void Reject(IReadOnlyList<RejectedLine> lines, DateTimeOffset now)
    {
        if (Status != PaymentStatus.AwaitingStock)
            return;
        RejectedLines = lines;
        Go(PaymentStatus.Rejected, now);
    }

    public void Invoice(Guid invoiceId)
    {
        InvoiceId = invoiceId;
        Version++;
    }

    /// <summary>Stripe has an intent for the order.</summary>
    public void Open(Intent intent)
    {
        (IntentId, ClientSecret) = (intent.Id, intent.ClientSecret ?? ClientSecret);
        Version++;
    }

    /// <summary>Stripe was asked under this number.</summary>
    public void Count(int attempt)
    {
        Attempts = Math.Max(Attempts, attempt);
        Version++;
    }

    /// <summary>Stripe was asked to charge and gave no clear answer: whatever comes of it, the buyer is not told to pay again.</summary>
    public void AwaitAnswer(DateTimeOffset now)
    {
        if (IsPayable)
            Go(PaymentStatus.Processing, now);
    }

    /// <summary>The card was declined: the order can be tried again.</summary>
    public void Decline(PaymentError error, string? chargeId, DateTimeOffset now)
    {
        if (Status is not (PaymentStatus.AwaitingPayment or PaymentStatus.RequiresAction or PaymentStatus.Processing))
            return;
        (LastError, NextAction, ChargeId) = (error, null, chargeId ?? ChargeId);
        Go(PaymentStatus.AwaitingPayment, now);
    }

    /// <summary>Makes Stripe's word about the intent ours. An order that has ended stays ended.</summary>
    public IEvent? Obey(Intent intent, DateTimeOffset now)
    {
        // An order that was told again, or is as it was in a backup: an intent is opened only for what is held.
        if (Status is PaymentStatus.AwaitingStock && IsKnown)
            Go(PaymentStatus.AwaitingPayment, now);
        if (Status is not (PaymentStatus.AwaitingPayment or PaymentStatus.RequiresAction or PaymentStatus.Processing))
            return null;
        (IntentId, ClientSecret, NextAction) = (intent.Id, intent.ClientSecret ?? ClientSecret, intent.NextAction);
        ChargeId = intent.Charge?.Id ?? ChargeId;
        switch (intent.Status)
        {
            case IntentStatus.Succeeded:
                return Settle(intent.Charge ?? throw new InvalidOperationException($"Intent {intent.Id} succeeded without a charge."), now);
            case IntentStatus.Canceled:
                return Cancel(intent.CanceledFor, now);
            case IntentStatus.RequiresAction:
                Go(PaymentStatus.RequiresAction, now);
                ReadAt ??= NextLook(now);
                return null;
            case IntentStatus.Processing:
                Go(PaymentStatus.Processing, now);
                ReadAt ??= NextLook(now);
                return null;
            default:
                LastError = intent.LastError ?? LastError;
                Go(PaymentStatus.AwaitingPayment, now);
                return null;
        }
    }

    /// <summary>Ends an unpaid order. Where Stripe has an intent of it, Stripe was asked first.</summary>
    public PaymentCanceled? Cancel(CancelReason reason, DateTimeOffset now, string? note = null)
    {
        if (!IsUnpaid)
            return null;
        (NextAction, ReadAt) = (null, null);
        Go(PaymentStatus.Canceled, now, Snake.Of(reason), note);
        return new PaymentCanceled(Order!, Snake.Of(reason));
    }

    /// <summary>Whether Stripe charged an order that had ended unpaid, and the money has not been sent back.</summary>
    public bool OwesRefund(Intent intent) =>
        Status is PaymentStatus.Canceled or PaymentStatus.Rejected
        && intent is { Status: IntentStatus.Succeeded, Charge: { } charge } && charge.AmountRefunded < charge.Amount && RefundedAmount + RefundingAmount == 0;

    /// <summary>Sets the money of a late charge aside to be sent back. The status stays: nobody was told that the order was paid, and nobody is told now.</summary>
    public Refund GiveBack(Intent intent, DateTimeOffset now)
    {
        (IntentId, ChargeId, ReadAt) = (intent.Id, intent.Charge!.Id, null);
        return Add(new Refund { Id = Guid.CreateVersion7(now), OrderId = OrderId, IntentId = intent.Id, Amount = intent.Charge.Amount - intent.Charge.AmountRefunded, CreatedAt = now });
    }

    /// <summary>Sets money aside to be sent back.</summary>
    /// <param name="amount">At most what is <see cref="Refundable"/>.</param>
    /// <param name="lines">What is taken back for it, at most what is <see cref="Returnable"/>; null where it is for no goods in particular.</param>
    /// <param name="requestKey">The key of the request that asks for it: repeated, it asks for nothing more.</param>
    public Refund SetAside(long amount, IReadOnlyList<RefundedLine>? lines, bool restock, string? requestKey, DateTimeOffset now) =>
        amount <= 0 || amount > Refundable
            ? throw new InvalidOperationException($"{amount} can't be sent back of what is left, {Refundable}.")
            : Add(new Refund
            {
                Id = Guid.CreateVersion7(now),
                OrderId = OrderId,
                IntentId = IntentId!,
                Amount = amount,
                Lines = lines,
                Restock = restock,
                RequestKey = requestKey,
                CreatedAt = now,
            });

    /// <summary>Sets all that is left aside, and takes all that is left of the goods back.</summary>
    public Refund SetRestAside(DateTimeOffset now)
    {
        var rest = Returnable();
        // Where a part of the price went back before, the lines no longer tell what the rest is worth: then the amount does, and whatever was sold comes back.
        return SetAside(Refundable, PriceOf(rest) == Refundable ? rest : null, restock: true, requestKey: null, now);
    }

    public long PriceOf(IReadOnlyList<RefundedLine> lines) => lines.Sum(back => Order!.Lines.First(line => line.ProductId == back.ProductId).UnitPrice * back.Quantity);

    /// <summary>Stripe says what became of a refund: at once, late, twice, and now and then that it failed after it had succeeded. The status never goes back: what has failed
    /// shows in <see cref="RefundedAmount"/>.</summary>
    public PaymentRefunded? Hear(Refund refund, RefundStatus said, string? stripeId, DateTimeOffset now)
    {
        if (refund.Status == said && (stripeId is null || refund.StripeId == stripeId))
            return null;
        refund.StripeId = stripeId ?? refund.StripeId;
        Count(refund, -1);
        refund.Status = said;
        Count(refund, 1);
        Version++;
        if (said != RefundStatus.Succeeded || !IsSold)
            return null;
        var to = RefundedAmount >= Order!.Total ? PaymentStatus.Refunded : PaymentStatus.PartiallyRefunded;
        if (Status.CanGo(to))
            Go(to, now);
        // A refund in the place of one that failed after others were told of it: they have that amount in their books already.
        var news = Math.Clamp(RefundedAmount - Refunds.Sum(other => other.Told), 0, refund.Amount - refund.Told);
        refund.Told += news;
        return news > 0 ? new PaymentRefunded(Order, refund.Id, news, refund.Lines, refund.Restock) : null;
    }

    /// <summary>Takes a refund into the books that was made at Stripe itself, or whose row was lost. It is pending until it is heard of.</summary>
    public Refund Adopt(StripeRefund found, DateTimeOffset now) => Add(new Refund
    {
        Id = found.RefundId ?? Guid.CreateVersion7(now),
        OrderId = OrderId,
        IntentId = IntentId!,
        StripeId = found.Id,
        Amount = found.Amount,
        CreatedAt = found.CreatedAt,
    });

    public Concern Worry(Refund failed, DateTimeOffset now) => Concern.Raise(
        ConcernKind.RefundFailed,
        OrderId,
        failed.StripeId ?? failed.Id.ToString(),
        failed.Amount,
        failed.Told > 0 ? "It failed after it had succeeded: the goods are back, the money is not." : "It failed: the money is still here.",
        now);

    /// <summary>When Stripe is asked again without being told of anything: webhooks get lost. The longer it takes, the more seldom; but for the minutes in which a buyer waits,
    /// a quarter of a minute is the most.</summary>
    public DateTimeOffset? NextLook(DateTimeOffset now)
    {
        var since = Status is PaymentStatus.RequiresAction or PaymentStatus.Processing ? History[^1].At
            : Refunds.Find(refund => refund.Status == RefundStatus.Pending)?.CreatedAt;
        var age = (now - since)?.TotalSeconds;
        return age is null ? null : now + TimeSpan.FromSeconds(Math.Clamp(Math.Max(Math.Min(age.Value / 2, 15), age.Value / 20), 2, 600));
    }

    public void ReadAgain(DateTimeOffset? at) => ReadAt = at;

    /// <summary>Something about it changed that is not in it.</summary>
    public void Touch() => Version++;

    /// <summary>The event that it is paid, once more.</summary>
    public PaymentSucceeded TellPaid() => new(Order!, IntentId!, ChargeId!, History.First(step => step.Status == PaymentStatus.Succeeded).At);

    /// <summary>The event that money of it went back, once more.</summary>
    public PaymentRefunded TellRefunded(Refund refund) => new(Order!, refund.Id, refund.Told, refund.Lines, refund.Restock);

    /// <summary>The event that it ended unpaid, once more.</summary>
    public PaymentCanceled TellCanceled() => new(Order!, History[^1].Reason!);

    private Refund Add(Refund refund)
    {
        Refunds.Add(refund);
        Count(refund, 1);
        Version++;
        return refund;
    }

    private void Count(Refund refund, int sign)
    {
        RefundedAmount += refund.Status == RefundStatus.Succeeded ? sign * refund.Amount : 0;
        RefundingAmount += refund.Status == RefundStatus.Pending ? sign * refund.Amount : 0;
    }

    private PaymentSucceeded Settle(Charge charge, DateTimeOffset now)
    {
        (ChargeId, CardBrand, CardLast4, LastError, NextAction, ReadAt) = (charge.Id, charge.Brand, charge.Last4, null, null, null);
        Go(PaymentStatus.Succeeded, now);
        return new PaymentSucceeded(Order!, IntentId!, charge.Id, charge.CreatedAt);
    }

    private void Go(PaymentStatus to, DateTimeOffset now, string? reason = null, string? note = null)
    {
        Version++;
        if (to == Status)
            return;
        if (!Status.CanGo(to))
            throw new InvalidOperationException($"A payment does not go from {Status} to {to}.");
        Status = to;
        Note(now, reason, note);
    }

    private void Note(DateTimeOffset now, string? reason = null, string? note = null)
    {
        History = [.. History, new StatusChange(Status, now, reason, note)];
        Version++;
    }
}
