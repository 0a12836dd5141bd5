using EShop.Bill.Drawing;
using Xunit;

namespace EShop.Tests.Bill;

public sealed class LanguageTests
{
    [Theory]
    [InlineData("es", 123456, "EUR", "1.234,56 €")]
    [InlineData("es", 5, "EUR", "0,05 €")]
    [InlineData("es", -123456789, "USD", "−1.234.567,89 $")]
    [InlineData("es", 1234, "JPY", "1.234 ¥")]
    [InlineData("es", 1234567, "KWD", "1.234,567 KWD")]
    [InlineData("en", 123456, "EUR", "€1,234.56")]
    [InlineData("en", -50, "EUR", "−€0.50")]
    [InlineData("en", 100, "JPY", "¥100")]
    [InlineData("en", 999999999, "KWD", "KWD 999,999.999")]
    [InlineData("en", 0, "GBP", "£0.00")]
    public void An_amount_is_written_as_its_language_and_currency_want(string locale, long minor, string currency, string written) =>
        Assert.Equal(written, Language.Of(locale).Amount(minor, currency));

    [Theory]
    [InlineData("es", "24 de noviembre de 2026")]
    [InlineData("en", "24 November 2026")]
    public void A_date_is_written_in_words(string locale, string written) =>
        Assert.Equal(written, Language.Of(locale).Date(new DateOnly(2026, 11, 24)));

    [Theory]
    [InlineData("es", "21", "21 %")]
    [InlineData("es", "10.5", "10,5 %")]
    [InlineData("en", "21.00", "21%")]
    [InlineData("en", "7.25", "7.25%")]
    public void A_tax_rate_has_the_decimals_that_it_needs(string locale, string rate, string written) =>
        Assert.Equal(written, Language.Of(locale).Rate(decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("visa", "Visa")]
    [InlineData("amex", "American Express")]
    [InlineData("some_new_card", "Some new card")]
    [InlineData("", "")]
    public void A_card_has_the_name_that_its_owner_knows(string brand, string name) => Assert.Equal(name, CardBrand.NameOf(brand));
}
