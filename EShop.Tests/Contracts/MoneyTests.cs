using CsCheck;
using EShop.Contracts;
using Xunit;

namespace EShop.Tests.Contracts;

public sealed class MoneyTests
{
    private static readonly Currency Euro = new("EUR");

    [Theory]
    [InlineData("EUR", "12.50", 1250)]
    [InlineData("EUR", "12.500", 1250)]
    [InlineData("EUR", "-0.01", -1)]
    [InlineData("JPY", "1250", 1250)]
    [InlineData("KWD", "1.234", 1234)]
    public void An_amount_becomes_whole_minor_units(string currency, string amount, long minor)
    {
        Assert.True(Money.TryFrom(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), new Currency(currency), out var money));
        Assert.Equal(minor, money.Minor);
    }

    [Theory]
    [InlineData("EUR", 2, true)]
    [InlineData("JPY", 0, true)]
    [InlineData("KWD", 2, true)]
    [InlineData("ISK", 0, false)]
    [InlineData("MGA", 2, false)]
    [InlineData("UGX", 0, false)]
    public void A_price_can_be_charged_as_it_is(string currency, int decimals, bool isChargeable) =>
        Assert.Equal((decimals, isChargeable), (new Currency(currency).PriceDecimals, new Currency(currency).IsChargeable));

    [Theory]
    [InlineData("EUR", "0.001")]
    [InlineData("JPY", "0.5")]
    [InlineData("KWD", "1.2345")]
    [InlineData("EUR", "79228162514264337593543950335")]
    public void An_amount_with_more_decimals_or_digits_than_fit_is_refused(string currency, string amount) =>
        Assert.False(Money.TryFrom(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), new Currency(currency), out _));

    [Theory]
    [InlineData("EUR", 1250, "12.50")]
    [InlineData("EUR", -5, "-0.05")]
    [InlineData("JPY", 1250, "1250")]
    [InlineData("KWD", 1, "0.001")]
    public void An_amount_is_written_with_the_decimals_of_its_currency(string currency, long minor, string written) =>
        Assert.Equal(written, new Money(minor, new Currency(currency)).ToDecimal().ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(12100, 21, 2100)]
    [InlineData(100, 21, 17)]
    [InlineData(1, 21, 0)]
    [InlineData(3, 20, 1)] // 0.5 cents: half goes away from zero
    [InlineData(-3, 20, -1)]
    [InlineData(1000, 0, 0)]
    [InlineData(1000, 100, 500)]
    [InlineData(1000, 5.5, 52)]
    public void Tax_is_taken_out_of_the_gross_and_rounded_half_away_from_zero(long gross, double rate, long tax) =>
        Assert.Equal(tax, new Money(gross, Euro).TaxAt((decimal)rate).Minor);

    [Fact]
    public void Every_amount_survives_the_way_out_and_in() =>
        Gen.Select(Gen.Long[-999_999_999_99, 999_999_999_99], Gen.OneOf(Gen.Const("EUR"), Gen.Const("JPY"), Gen.Const("KWD"))).Sample((minor, code) =>
        {
            var money = new Money(minor, new Currency(code));
            return Money.TryFrom(money.ToDecimal(), money.Currency, out var back) && back == money;
        });

    [Fact]
    public void Amounts_of_two_currencies_do_not_add_up() =>
        Assert.Throws<InvalidOperationException>(() => new Money(1, Euro) + new Money(1, new Currency("JPY")));

    [Fact]
    public void What_does_not_fit_is_refused_rather_than_wrapped() =>
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue, Euro) * 2);

    [Theory]
    [InlineData("")]
    [InlineData("EURO")]
    [InlineData("E1R")]
    [InlineData("ÉUR")]
    public void A_currency_is_three_letters(string code) => Assert.Throws<ArgumentException>(() => new Currency(code));
}
