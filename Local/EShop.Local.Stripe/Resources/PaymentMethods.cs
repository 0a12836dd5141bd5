using System.Text.Json;

namespace EShop.Local.Stripe;

internal sealed record PaymentMethod : IStored
{
    public required string Id { get; init; }

    public string Object => "payment_method";

    public required long Created { get; init; }

    public bool Livemode { get; }

    public string Type { get; } = "card";

    public required Card Card { get; init; }

    public string? Customer { get; init; }

    public JsonElement? BillingDetails { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>What is kept of a card. Never its number: the fingerprint tells which test card it is.</summary>
internal sealed record Card(string Brand, string Last4, long ExpMonth, long ExpYear, string Funding, string Country, string Fingerprint)
{
    public string Network => Brand;
}

/// <summary><c>/v1/payment_methods</c>: cards by test number, or by Stripe's well-known <c>pm_card_…</c> names, which make a new method at each use.</summary>
internal static class PaymentMethods
{
    public static object Create(Call call)
    {
        var given = call.Parameters;
        var type = given.Required("type");
        if (type != "card")
            throw Refusal.Invalid(null, "type", "The sandbox knows type=card only.");
        var card = TestCards.ByNumber(given.Required("card[number]"));
        var (month, year) = (Amounts.Integer(given, "card[exp_month]"), Amounts.Integer(given, "card[exp_year]"));
        year += year < 100 ? 2000 : 0;
        if (month > 12)
            throw CardError("invalid_expiry_month", "Your card's expiration month is invalid.");
        if (year > 9999 || (year * 12) + month < (call.Commit.Now.Year * 12) + call.Commit.Now.Month)
            throw CardError("invalid_expiry_year", "Your card's expiration year is invalid.");
        return call.Commit.Put(New(call, card.ToCard(month, year)) with { BillingDetails = given.Tree("billing_details"), Metadata = given.Metadata() });
    }

    public static object Get(Call call)
    {
        if (call.Ledger.PaymentMethods.TryGet(call.Id, out var method))
            return method;
        return TestCards.ByName(call.Id) is { } card ? New(call, card.ToCard(call.Commit.Now)) with { Id = call.Id } : throw Refusal.NotFound("PaymentMethod", call.Id, "payment_method");
    }

    public static object Attach(Call call)
    {
        call.Parameters.Required("customer");
        var customer = Customers.Named(call, "customer")!;
        var attached = Use(call, call.Id, customer.Id, attach: true);
        call.Emit("payment_method.attached", attached);
        return attached;
    }

    /// <summary>The method a call names, attached to the customer if asked.</summary>
    /// <exception cref="Refusal">There is none, or it belongs to another customer.</exception>
    public static PaymentMethod Use(Call call, string id, string? customer, bool attach = false)
    {
        if (TestCards.ByName(id) is { } card)
            return call.Commit.Put(New(call, card.ToCard(call.Commit.Now)) with { Customer = attach ? customer : null });
        if (!call.Ledger.PaymentMethods.TryGet(id, out var method))
            throw Refusal.NoSuch("PaymentMethod", id, "payment_method");
        if (method.Customer is not null && method.Customer != customer)
            throw Refusal.Invalid("payment_method_customer_mismatch", "payment_method", "The payment method belongs to another customer: use it with that one only.");
        return attach ? call.Commit.Put(method with { Customer = customer }) : method;
    }

    private static PaymentMethod New(Call call, Card card) => new() { Id = Ids.New("pm_"), Created = call.Now, Card = card };

    private static Refusal CardError(string code, string message) => new(402, new("card_error", message) { Code = code }, validation: true);
}
