namespace EShop.Contracts;

/// <summary>An amount in whole minor units of its currency: 12.50 EUR is 1250, 1250 JPY is 1250. Never a fraction of a minor unit.</summary>
/// <param name="Minor">Minor units (cents of a euro, fils of a dinar).</param>
/// <param name="Currency">What the units are of.</param>
public readonly record struct Money(long Minor, Currency Currency)
{
    /// <summary>Reads a decimal amount as a client writes it.</summary>
    /// <returns>False where the amount has more decimals than the currency, or does not fit into minor units.</returns>
    public static bool TryFrom(decimal amount, Currency currency, out Money money)
    {
        money = default;
        if (Math.Abs(amount) > 1_000_000_000_000m)
            return false;
        var minor = amount * Scale(currency);
        if (minor != decimal.Truncate(minor))
            return false;
        money = new Money((long)minor, currency);
        return true;
    }

    /// <summary>The amount as a client reads it, with exactly the currency's decimals: 1250 EUR is 12.50.</summary>
    public decimal ToDecimal() => new((int)(Math.Abs(Minor) & 0xFFFFFFFF), (int)(Math.Abs(Minor) >> 32), 0, Minor < 0, (byte)Currency.Decimals);

    /// <summary>Adds two amounts of one currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public static Money operator +(Money left, Money right) => left with { Minor = checked(left.Minor + Same(left, right).Minor) };

    /// <summary>Subtracts an amount of the same currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">The difference does not fit.</exception>
    public static Money operator -(Money left, Money right) => left with { Minor = checked(left.Minor - Same(left, right).Minor) };

    /// <summary>A unit price times a quantity.</summary>
    /// <exception cref="OverflowException">The product does not fit.</exception>
    public static Money operator *(Money unit, int quantity) => unit with { Minor = checked(unit.Minor * quantity) };

    /// <summary>The tax that a price including tax holds: gross · rate / (100 + rate), rounded half away from zero to a minor unit.
    /// This is the one place where tax is rounded; totals are sums of lines.</summary>
    /// <param name="rate">A percentage, 0…100.</param>
    public Money TaxAt(decimal rate) => this with { Minor = (long)Math.Round(Minor * rate / (100m + rate), MidpointRounding.AwayFromZero) };

    private static decimal Scale(Currency currency) => currency.Decimals switch { 0 => 1m, 2 => 100m, _ => 1000m };

    private static Money Same(Money left, Money right) => left.Currency == right.Currency
        ? right
        : throw new InvalidOperationException($"{left.Currency} and {right.Currency} don't add up.");
}
