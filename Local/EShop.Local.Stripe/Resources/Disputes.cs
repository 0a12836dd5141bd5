namespace EShop.Local.Stripe;

/// <summary>The cardholder's bank wants the money back.</summary>
internal sealed record Dispute : IStored
{
    public required string Id { get; init; }

    public string Object => "dispute";

    public required long Created { get; init; }

    public bool Livemode { get; }

    public required long Amount { get; init; }

    public required string Currency { get; init; }

    public required string Charge { get; init; }

    public required string PaymentIntent { get; init; }

    public required string Reason { get; init; }

    public required string Status { get; init; }

    public bool IsChargeRefundable { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary><c>/v1/disputes</c>: read only; banks make them.</summary>
internal static class Disputes
{
    public static object List(Call call)
    {
        var (charge, intent) = (call.Parameters.Text("charge"), call.Parameters.Text("payment_intent"));
        return Lists.Page(call, "dispute", call.Ledger.Disputes, call.Ledger.Disputes.NewestFirst()
            .Where(dispute => (charge is null || dispute.Charge == charge) && (intent is null || dispute.PaymentIntent == intent)));
    }

    public static object Get(Call call) => call.Ledger.Disputes.TryGet(call.Id, out var dispute) ? dispute : throw Refusal.NotFound("dispute", call.Id, "id");
}
