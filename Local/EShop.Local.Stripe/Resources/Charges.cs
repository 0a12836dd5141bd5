using System.Text.Json;

namespace EShop.Local.Stripe;

/// <summary>One attempt that reached the card. Money moved only if <see cref="Status"/> is succeeded.</summary>
internal sealed record Charge : IStored
{
    public required string Id { get; init; }

    public string Object => "charge";

    public required long Created { get; init; }

    public bool Livemode { get; }

    public required long Amount { get; init; }

    public required long AmountCaptured { get; init; }

    public long AmountRefunded { get; init; }

    public required bool Captured { get; init; }

    public required bool Paid { get; init; }

    public bool Refunded { get; init; }

    public bool Disputed { get; init; }

    public required string Status { get; init; }

    public required string Currency { get; init; }

    public string? Customer { get; init; }

    public string? Description { get; init; }

    public string? FailureCode { get; init; }

    public string? FailureMessage { get; init; }

    public required Outcome Outcome { get; init; }

    public required string PaymentIntent { get; init; }

    public required string PaymentMethod { get; init; }

    public required PaymentMethodDetails PaymentMethodDetails { get; init; }

    public string? BalanceTransaction { get; init; }

    public JsonElement? BillingDetails { get; init; }

    public string? ReceiptEmail { get; init; }

    public string? ReceiptUrl { get; }

    public JsonElement? Shipping { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>What a refund may still take back.</summary>
    public long Refundable() => AmountCaptured - AmountRefunded;

    public Charge Refund(long amount) => this with { AmountRefunded = AmountRefunded + amount, Refunded = AmountRefunded + amount == AmountCaptured };
}

internal sealed record Outcome(string Type, string NetworkStatus, string? Reason, string SellerMessage);

internal sealed record PaymentMethodDetails(Card Card)
{
    public string Type { get; } = "card";
}

/// <summary><c>/v1/charges</c>: read only; confirming an intent makes them.</summary>
internal static class Charges
{
    public static object List(Call call)
    {
        var (intent, customer) = (call.Parameters.Text("payment_intent"), call.Parameters.Text("customer"));
        var charges = intent is null ? call.Ledger.Charges.NewestFirst() : call.Ledger.Charges.NewestFirst(intent);
        return Lists.Page(call, "charge", call.Ledger.Charges, charges.Where(charge => customer is null || charge.Customer == customer));
    }

    public static object Get(Call call) => call.Ledger.Charges.TryGet(call.Id, out var charge) ? charge : throw Refusal.NotFound("charge", call.Id, "id");

    public static Charge Succeeded(PaymentIntent intent, PaymentMethod method, DateTimeOffset now)
    {
        var charge = Attempt(intent, method, now);
        return charge with
        {
            AmountCaptured = intent.Amount,
            Captured = true,
            Paid = true,
            Status = "succeeded",
            BalanceTransaction = BalanceTransactions.IdOf(charge.Id),
            Outcome = new Outcome("authorized", "approved_by_network", null, "Payment complete."),
        };
    }

    public static Charge Failed(PaymentIntent intent, PaymentMethod method, Decline decline, DateTimeOffset now) => Attempt(intent, method, now) with
    {
        FailureCode = decline.Code,
        FailureMessage = decline.Message,
        Outcome = new Outcome("issuer_declined", "declined_by_network", decline.DeclineCode ?? decline.Code, "The bank did not return any further details with this decline."),
    };

    /// <summary>Stripe copies the intent's metadata at the time of the attempt.</summary>
    private static Charge Attempt(PaymentIntent intent, PaymentMethod method, DateTimeOffset now) => new()
    {
        Id = Ids.New("ch_"),
        Created = now.ToUnixTimeSeconds(),
        Amount = intent.Amount,
        AmountCaptured = 0,
        Captured = false,
        Paid = false,
        Status = "failed",
        Currency = intent.Currency,
        Customer = intent.Customer,
        Description = intent.Description,
        Outcome = new Outcome("invalid", "not_sent_to_network", null, ""),
        PaymentIntent = intent.Id,
        PaymentMethod = method.Id,
        PaymentMethodDetails = new PaymentMethodDetails(method.Card),
        BillingDetails = method.BillingDetails,
        ReceiptEmail = intent.ReceiptEmail,
        Shipping = intent.Shipping,
        Metadata = intent.Metadata,
    };
}
