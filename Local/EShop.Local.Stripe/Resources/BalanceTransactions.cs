namespace EShop.Local.Stripe;

/// <summary>What a charge added to the balance or a refund took from it. The sandbox takes no fee, so it is derived, not stored.</summary>
internal sealed record BalanceTransaction(string Id, long Created, long Amount, string Currency, string Source, string Type) : IStored
{
    public string Object => "balance_transaction";

    public long Fee { get; }

    public long Net => Amount;

    public string Status { get; } = "available";

    public long AvailableOn => Created;

    public string ReportingCategory => Type;
}

/// <summary><c>/v1/balance_transactions/{id}</c>.</summary>
internal static class BalanceTransactions
{
    public static object Get(Call call) => Find(call.Ledger, call.Id) ?? throw Refusal.NotFound("balance_transaction", call.Id, "id");

    /// <summary>The transaction's id carries its source's: <c>ch_abc</c> makes <c>txn_ch_abc</c>.</summary>
    public static string IdOf(string source) => "txn_" + source;

    public static BalanceTransaction? Find(Ledger ledger, string id)
    {
        var source = id.StartsWith("txn_", StringComparison.Ordinal) ? id["txn_".Length..] : "";
        if (ledger.Charges.TryGet(source, out var charge) && charge.Paid)
            return new BalanceTransaction(id, charge.Created, charge.Amount, charge.Currency, charge.Id, "charge");
        return ledger.Refunds.TryGet(source, out var refund) ? new BalanceTransaction(id, refund.Created, -refund.Amount, refund.Currency, refund.Id, "refund") : null;
    }
}
