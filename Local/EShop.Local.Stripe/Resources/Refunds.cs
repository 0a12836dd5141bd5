namespace EShop.Local.Stripe;

/// <summary>Money given back. The intent stays succeeded; only the charge counts it.</summary>
internal sealed record Refund : IStored
{
    public required string Id { get; init; }

    public string Object => "refund";

    public required long Created { get; init; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public required string Charge { get; init; }

    public required string PaymentIntent { get; init; }

    public required string Status { get; init; }

    public string? Reason { get; init; }

    public string? FailureReason { get; init; }

    public string? PendingReason { get; init; }

    public string? BalanceTransaction { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public Refund Succeed() => this with { Status = RefundStatus.Succeeded, PendingReason = null };

    public Refund Fail() => this with { Status = RefundStatus.Failed, PendingReason = null, FailureReason = "expired_or_canceled_card" };
}

internal static class RefundStatus
{
    public const string Pending = "pending";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
}

/// <summary><c>/v1/refunds</c>.</summary>
internal static class Refunds
{
    public static object Create(Call call)
    {
        var given = call.Parameters;
        var charge = Charge(call);
        var left = charge.Refundable();
        if (left == 0)
            throw new Refusal(400, new("invalid_request_error", $"Charge {charge.Id} has already been refunded.") { Code = "charge_already_refunded" });
        var amount = given.Has("amount") ? Amounts.Integer(given, "amount") : left;
        if (amount > left)
            throw new Refusal(400, new("invalid_request_error", $"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})") { Param = "amount" });
        var id = Ids.New("re_");
        var isPending = TestCards.Of(call.Ledger.PaymentMethods[charge.PaymentMethod]).RefundsSlowly;
        var refund = call.Commit.Put(new Refund
        {
            Id = id,
            Created = call.Now,
            Amount = amount,
            Currency = charge.Currency,
            Charge = charge.Id,
            PaymentIntent = charge.PaymentIntent,
            Status = isPending ? RefundStatus.Pending : RefundStatus.Succeeded,
            PendingReason = isPending ? "processing" : null,
            Reason = given.OneOf("reason", "duplicate", "fraudulent", "requested_by_customer"),
            BalanceTransaction = BalanceTransactions.IdOf(id),
            Metadata = given.Metadata(),
        });
        var refunded = call.Commit.Put(charge.Refund(amount));
        call.Emit("refund.created", refund);
        call.Emit("charge.refunded", refunded);
        return refund;
    }

    public static object List(Call call)
    {
        var (charge, intent) = (call.Parameters.Text("charge"), call.Parameters.Text("payment_intent"));
        if (intent is not null)
            charge ??= call.Ledger.Charges.NewestFirst(intent).FirstOrDefault(c => c.Paid)?.Id ?? "";
        var refunds = charge is null ? call.Ledger.Refunds.NewestFirst() : call.Ledger.Refunds.NewestFirst(charge);
        return Lists.Page(call, "refund", call.Ledger.Refunds, refunds.Where(refund => intent is null || refund.PaymentIntent == intent));
    }

    public static object Get(Call call) => Find(call);

    public static object Update(Call call)
    {
        var refund = Find(call);
        return call.Commit.Put(refund with { Metadata = call.Parameters.Metadata(refund.Metadata) });
    }

    private static Refund Find(Call call) => call.Ledger.Refunds.TryGet(call.Id, out var refund) ? refund : throw Refusal.NotFound("refund", call.Id, "id");

    private static Charge Charge(Call call)
    {
        if (call.Parameters.Text("charge") is { } id)
            return call.Ledger.Charges.TryGet(id, out var named)
                ? named.Paid ? named : throw new Refusal(400, new("invalid_request_error", $"Charge {id} did not succeed, so it cannot be refunded.") { Param = "charge" })
                : throw Refusal.NoSuch("charge", id, "charge");
        var intent = call.Parameters.Text("payment_intent") ?? throw Refusal.Invalid("parameter_missing", null, "One of the following params should be provided for this request: payment_intent or charge.");
        if (!call.Ledger.PaymentIntents.TryGet(intent, out _))
            throw Refusal.NoSuch("payment_intent", intent, "payment_intent");
        return call.Ledger.Charges.NewestFirst(intent).FirstOrDefault(c => c.Paid)
            ?? throw new Refusal(400, new("invalid_request_error", $"This PaymentIntent ({intent}) does not have a successful charge to refund.") { Param = "payment_intent" });
    }
}
