using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EShop.Products.Catalog;

/// <summary>A price in a query string. Without separators of thousands: <c>1,5</c> would else be fifteen.</summary>
internal readonly record struct PriceInQuery(decimal Value) : IParsable<PriceInQuery>
{
    public static PriceInQuery Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var price) ? price : throw new FormatException($"'{s}' is no price.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PriceInQuery result)
    {
        var isPrice = decimal.TryParse(s, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        result = new PriceInQuery(value);
        return isPrice;
    }
}
