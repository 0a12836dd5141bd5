namespace EShop.Contracts;

/// <summary>A currency by its ISO 4217 code, with the number of decimals that its minor unit has (JPY 0, EUR 2, KWD 3).</summary>
public readonly record struct Currency
{
    private static readonly HashSet<string> None =
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];

    private static readonly HashSet<string> Three = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

    /// <summary>Takes a three-letter code in any case.</summary>
    /// <exception cref="ArgumentException">The code is not three ASCII letters.</exception>
    public Currency(string code)
    {
        if (code is not { Length: 3 } || !code.All(char.IsAsciiLetter))
            throw new ArgumentException($"'{code}' is not a currency: give the three letters of ISO 4217, for example EUR.", nameof(code));
        Code = code.ToUpperInvariant();
    }

    /// <summary>The three letters, upper case.</summary>
    public string Code { get; }

    /// <summary>How many decimals an amount of this currency has at most (ISO 4217's exponent).</summary>
    public int Decimals => None.Contains(Code) ? 0 : Three.Contains(Code) ? 3 : 2;

    /// <summary>Whether Stripe counts it in the same minor unit: ISK and UGX it counts in hundredths, MGA in whole ones (docs.stripe.com/currencies).</summary>
    public bool IsChargeable => Code is not ("ISK" or "MGA" or "UGX");

    /// <summary>How many decimals a price of it has at most: Stripe counts in thousandths of a dinar, but takes only whole hundredths.</summary>
    public int PriceDecimals => Math.Min(Decimals, 2);

    /// <summary>The code.</summary>
    public override string ToString() => Code;
}
