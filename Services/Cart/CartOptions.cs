using System.ComponentModel.DataAnnotations;
using EShop.Contracts;

namespace EShop.Cart;

/// <summary>Limits of carts and checkouts (<c>Cart:*</c>).</summary>
internal sealed class CartOptions
{
    /// <summary>Orders that one user may have open at a time: each holds stock that nobody has paid for.</summary>
    [Range(1, 10_000)]
    public int OpenOrders { get; set; } = 10;

    /// <summary>How long a guest's cart is kept after its last edit.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan GuestRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a closed order is kept, to be put back into a cart or told again.</summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "3650.00:00:00")]
    public TimeSpan OrderRetention { get; set; } = TimeSpan.FromDays(365);

    /// <summary>What a checkout may amount to, by currency code, where it is not what <see cref="RangeOf"/> says by itself.</summary>
    public Dictionary<string, AmountRange> Amounts { get; set; } = [];

    /// <summary>The least and the most that an order may amount to. Without an option: what Stripe takes, which is eight digits at most and about half a euro at least.</summary>
    public AmountRange RangeOf(Currency currency) => Amounts.GetValueOrDefault(currency.Code)
        ?? new AmountRange { Minimum = Decimal(currency.Decimals == 3 ? 500 : 50, currency), Maximum = Decimal(99_999_999, currency) };

    private static decimal Decimal(long minor, Currency currency) => new Money(minor, currency).ToDecimal();
}

/// <summary>Both ends belong to it.</summary>
internal sealed class AmountRange
{
    public decimal Minimum { get; set; }

    public decimal Maximum { get; set; }
}
