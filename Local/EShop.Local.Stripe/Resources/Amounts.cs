namespace EShop.Local.Stripe;

/// <summary>Currencies and the least and most that may be charged, in minor units.</summary>
internal static class Amounts
{
    private const long Most = 99_999_999;

    private static readonly Dictionary<string, long> Least = new()
    {
        ["eur"] = 50,
        ["usd"] = 50,
        ["gbp"] = 30,
        ["chf"] = 50,
        ["cad"] = 50,
        ["aud"] = 50,
        ["nzd"] = 50,
        ["jpy"] = 50,
        ["brl"] = 50,
        ["sek"] = 300,
        ["nok"] = 300,
        ["dkk"] = 250,
        ["pln"] = 200,
        ["czk"] = 1500,
        ["ron"] = 200,
        ["huf"] = 17500,
        ["mxn"] = 1000,
        ["kwd"] = 500,
    };

    public static string Currency(string text) => Least.ContainsKey(text.ToLowerInvariant()) ? text.ToLowerInvariant()
        : throw Refusal.Invalid(null, "currency", $"Invalid currency: {text}. The sandbox knows: {string.Join(", ", Least.Keys)}");

    public static long Integer(Parameters given, string name)
    {
        given.Required(name);
        var value = given.Integer(name)!.Value;
        return value > 0 ? value : throw Refusal.Invalid("parameter_invalid_integer", name, "This value must be greater than or equal to 1.");
    }

    public static long Charged(long amount, string currency)
    {
        if (amount < Least[currency])
            throw Refusal.Invalid("amount_too_small", "amount", $"Amount must be at least {Least[currency]} in the smallest unit of {currency}.");
        if (currency == "kwd" && amount % 10 != 0)
            throw Refusal.Invalid("parameter_invalid_integer", "amount", "Three-decimal currencies are charged in whole hundredths: the last digit must be 0.");
        return amount <= Most ? amount : throw Refusal.Invalid("amount_too_large", "amount", $"Amount must be no more than {Most} in the smallest unit of {currency}.");
    }
}
