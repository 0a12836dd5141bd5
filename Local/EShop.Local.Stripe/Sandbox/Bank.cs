namespace EShop.Local.Stripe;

/// <summary>What banks do in their own time: a refund that ends later than it was asked for, or fails after it had succeeded, and a dispute.</summary>
internal static class Bank
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sandbox/refunds/{id}", EndRefund);
        routes.MapPost("/sandbox/disputes", OpenDispute);
        routes.MapPost("/sandbox/disputes/{id}", EndDispute);
    }

    private static Task<IResult> EndRefund(string id, BankWord word, Ledger ledger) => Done(ledger, commit =>
    {
        if (!ledger.Refunds.TryGet(id, out var refund) || refund.Status == RefundStatus.Failed || word.Status is not (RefundStatus.Succeeded or RefundStatus.Failed))
            return null;
        var ended = commit.Put(word.Status == RefundStatus.Failed ? refund.Fail() : refund.Succeed());
        if (word.Status == RefundStatus.Failed)
            commit.Put(ledger.Charges[refund.Charge].Refund(-refund.Amount));
        commit.Emit("refund.updated", ended, caller: null);
        if (word.Status == RefundStatus.Failed)
            commit.Emit("refund.failed", ended, caller: null);
        return ended;
    });

    private static Task<IResult> OpenDispute(BankWord word, Ledger ledger) => Done(ledger, commit =>
    {
        if (ledger.Charges.NewestFirst(word.PaymentIntent ?? "").FirstOrDefault(paid => paid.Paid) is not { } charge)
            return null;
        commit.Put(charge with { Disputed = true });
        var dispute = commit.Put(new Dispute
        {
            Id = Ids.New("du_"),
            Created = commit.Now.ToUnixTimeSeconds(),
            Amount = charge.Amount,
            Currency = charge.Currency,
            Charge = charge.Id,
            PaymentIntent = charge.PaymentIntent,
            Reason = "fraudulent",
            Status = "needs_response",
        });
        commit.Emit("charge.dispute.created", dispute, caller: null);
        return dispute;
    });

    private static Task<IResult> EndDispute(string id, BankWord word, Ledger ledger) => Done(ledger, commit =>
    {
        if (!ledger.Disputes.TryGet(id, out var dispute) || word.Status is not ("won" or "lost"))
            return null;
        var ended = commit.Put(dispute with { Status = word.Status });
        commit.Emit("charge.dispute.closed", ended, caller: null);
        return ended;
    });

    private static async Task<IResult> Done(Ledger ledger, Func<Commit, IStored?> work)
    {
        var (what, durable) = ledger.Execute(work);
        await durable;
        return what is null ? Results.BadRequest() : Results.Text(Json.Node(what).ToJsonString(), "application/json");
    }
}

/// <param name="Status">How it ends: a refund as <c>succeeded</c> or <c>failed</c>, a dispute as <c>won</c> or <c>lost</c>.</param>
/// <param name="PaymentIntent">Whose charge is disputed.</param>
internal sealed record BankWord(string? Status = null, string? PaymentIntent = null);
