using System.Security.Cryptography;
using System.Text;

namespace EShop.Local.Stripe;

/// <summary>A card that behaves the same way every time. Authentication comes before the decline.</summary>
internal sealed record TestCard(string Name, string Number, string Brand, string Funding = "credit", string Country = "US", Decline? Decline = null, bool Authenticates = false, bool RefundsSlowly = false)
{
    /// <summary>Made from the number and the name: two names for one number differ no more than Stripe's do, and the number can't be read off it.</summary>
    public string Fingerprint { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("eshop sandbox card " + Number)))[..16];

    public Card ToCard(DateTimeOffset now) => ToCard(now.Month, now.Year + 3);

    public Card ToCard(long month, long year) => new(Brand, Number[^4..], month, year, Funding, Country, Fingerprint);
}

/// <summary>Why the bank says no: Stripe's <c>code</c>, the finer <c>decline_code</c> where there is one, and the words for the buyer.</summary>
internal sealed record Decline(string Code, string? DeclineCode, string Message);

/// <summary>Stripe's published test cards, as far as the shop can meet them.</summary>
internal static class TestCards
{
    public static readonly Decline AuthenticationRequired = new("authentication_required", "authentication_required",
        "Your card was declined. This transaction requires authentication.");

    private static readonly Decline Generic = Declined("generic_decline");
    private static readonly Decline NoFunds = new("card_declined", "insufficient_funds", "Your card has insufficient funds.");

    private static readonly TestCard[] All =
    [
        new("pm_card_visa", "4242424242424242", "visa"),
        new("pm_card_visa_debit", "4000056655665556", "visa", "debit"),
        new("pm_card_mastercard", "5555555555554444", "mastercard"),
        new("pm_card_mastercard_debit", "5200828282828210", "mastercard", "debit"),
        new("pm_card_mastercard_prepaid", "5105105105105100", "mastercard", "prepaid"),
        new("pm_card_amex", "378282246310005", "amex"),
        new("pm_card_discover", "6011111111111117", "discover"),
        new("pm_card_es", "4000007240000007", "visa", Country: "ES"),

        new("pm_card_pendingRefund", "4000000000007726", "visa", RefundsSlowly: true),
        new("pm_card_refundFail", "4000000000005126", "visa"),

        new("pm_card_visa_chargeDeclined", "4000000000000002", "visa", Decline: Generic),
        new("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", "visa", Decline: NoFunds),
        new("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", "visa", Decline: Declined("lost_card")),
        new("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", "visa", Decline: Declined("stolen_card")),
        new("pm_card_chargeDeclinedExpiredCard", "4000000000000069", "visa", Decline: new("expired_card", null, "Your card has expired.")),
        new("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", "visa", Decline: new("incorrect_cvc", null, "Your card's security code is incorrect.")),
        new("pm_card_chargeDeclinedProcessingError", "4000000000000119", "visa",
            Decline: new("processing_error", null, "An error occurred while processing your card. Try again in a little bit.")),
        new("pm_card_chargeCustomerFail", "4000000000000341", "visa", Decline: Generic),

        new("pm_card_authenticationRequired", "4000002760003184", "visa", Country: "DE", Authenticates: true),
        new("pm_card_authenticationRequiredOnSetup", "4000002500003155", "visa", Country: "DE", Authenticates: true),
        new("pm_card_threeDSecure2Required", "4000000000003220", "visa", Authenticates: true),
        new("pm_card_threeDSecureRequiredChargeDeclined", "4000008400001629", "visa", Decline: Generic, Authenticates: true),
        new("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178", "visa", Decline: NoFunds, Authenticates: true),
    ];

    /// <summary>Names that Stripe's own pages and older code use for the same cards.</summary>
    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["pm_card_chargeDeclined"] = "pm_card_visa_chargeDeclined",
        ["pm_card_chargeDeclinedInsufficientFunds"] = "pm_card_visa_chargeDeclinedInsufficientFunds",
    };

    public static TestCard? ByName(string name) => Array.Find(All, card => card.Name == Aliases.GetValueOrDefault(name, name));

    public static TestCard Of(PaymentMethod method) => Array.Find(All, card => card.Fingerprint == method.Card.Fingerprint)!;

    public static TestCard ByNumber(string number)
    {
        var digits = number.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        // The number is echoed nowhere: somebody may have typed a real one.
        return Array.Find(All, card => card.Number == digits) ?? throw (IsLuhn(digits)
            ? new Refusal(402, new("card_error", "Your card was declined. Your request was in test mode, but used a non test card.") { Code = "card_declined", DeclineCode = "test_mode_live_card" }, validation: true)
            : new Refusal(402, new("card_error", "Your card number is incorrect.") { Code = "incorrect_number", Param = "number" }, validation: true));
    }

    private static Decline Declined(string declineCode) => new("card_declined", declineCode, "Your card was declined.");

    private static bool IsLuhn(string digits)
    {
        if (digits.Length is < 12 or > 19 || !digits.All(char.IsAsciiDigit))
            return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = (digits[^(i + 1)] - '0') * (i % 2 + 1);
            sum += digit > 9 ? digit - 9 : digit;
        }
        return sum % 10 == 0;
    }
}
