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

    public bool IsKnown => Order is not null;

    /// <summary>Whether the order can still be paid.</summary>
    public bool IsPayable => Status is PaymentStatus.AwaitingPayment or PaymentStatus.RequiresAction;

    /// <summary>Whether the order has not ended: neither paid nor closed.</summary>
    public bool IsUnpaid => Status is PaymentStatus.AwaitingStock or PaymentStatus.AwaitingPayment or PaymentStatus.RequiresAction or PaymentStatus.Processing;

    public bool IsPaid => Status is PaymentStatus.Succeeded or PaymentStatus.PartiallyRefunded;

    /// <summary>The order is heard of, from whichever of its events comes first.</summary>
    public void Know(Order order, string? traceParent, TimeSpan deadline, DateTimeOffset now)
    {
        if (IsKnown)
            return;
        (Order, UserId, TraceParent) = (order, order.UserId, traceParent);
        ExpiresAt = now + deadline;
        Note(now);
    }

    /// <summary>Its stock is held: from now on it can be paid. Too late where it has ended.</summary>
    public void Reserve(TimeSpan deadline, DateTimeOffset now)
    {
        if (Status != PaymentStatus.AwaitingStock)
            return;
        ExpiresAt = now + deadline;
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
    /// <param name="ifCanceled">Why, where the intent turns out to be canceled.</param>
    public IEvent? Obey(Intent intent, CancelReason ifCanceled, DateTimeOffset now)
    {
        if (Status is not (PaymentStatus.AwaitingPayment or PaymentStatus.RequiresAction or PaymentStatus.Processing))
            return null;
        (IntentId, ClientSecret, NextAction) = (intent.Id, intent.ClientSecret ?? ClientSecret, intent.NextAction);
        ChargeId = intent.Charge?.Id ?? ChargeId;
        switch (intent.Status)
        {
            case IntentStatus.Succeeded:
                return Settle(intent.Charge ?? throw new InvalidOperationException($"Intent {intent.Id} succeeded without a charge."), now);
            case IntentStatus.Canceled:
                return Cancel(ifCanceled, now);
            case IntentStatus.RequiresAction:
                Go(PaymentStatus.RequiresAction, now);
                return null;
            case IntentStatus.Processing:
                Go(PaymentStatus.Processing, now);
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
        (IntentId, ChargeId, RefundingAmount, ReadAt) = (intent.Id, intent.Charge!.Id, intent.Charge.Amount - intent.Charge.AmountRefunded, null);
        Version++;
        return new Refund { Id = Guid.CreateVersion7(now), OrderId = OrderId, IntentId = intent.Id, Amount = RefundingAmount, CreatedAt = now };
    }

    /// <summary>A refund that was set aside ended at Stripe.</summary>
    public void EndRefund(Refund refund, bool succeeded)
    {
        RefundingAmount -= refund.Amount;
        RefundedAmount += succeeded ? refund.Amount : 0;
        Version++;
    }

    public void ReadAgain(DateTimeOffset? at) => ReadAt = at;

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
