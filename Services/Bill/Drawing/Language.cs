using System.Globalization;
using System.Text;
using EShop.Contracts;

namespace EShop.Bill.Drawing;

/// <summary>What an invoice says in one language, and how it writes amounts and dates. Written by hand: the services run without ICU, where every culture formats alike.</summary>
internal abstract class Language
{
    public static Language Of(string locale) => locale == "es" ? Spanish.Instance : English.Instance;

    public abstract string Code { get; }
    public abstract string Invoice { get; }
    public abstract string CreditNote { get; }

    /// <summary>Which invoice a credit note takes back.</summary>
    public abstract string Corrects(string invoice, DateOnly issuedOn);

    /// <summary>What stands on a credit note in place of lines where an amount was refunded.</summary>
    public abstract string RefundedAmount { get; }
    public abstract string Number { get; }
    public abstract string IssueDate { get; }
    public abstract string Order { get; }
    public abstract string BillTo { get; }
    public abstract string TaxId { get; }
    public abstract string Payment { get; }
    public abstract string Refund { get; }
    public abstract string Paid { get; }
    public abstract string Refunded { get; }
    public abstract string PaidOn { get; }
    public abstract string Card { get; }
    public abstract string Reference { get; }
    public abstract string Description { get; }
    public abstract string Quantity { get; }
    public abstract string UnitPrice { get; }
    public abstract string TaxRate { get; }
    public abstract string Net { get; }
    public abstract string Tax { get; }
    public abstract string Total { get; }
    public abstract string TaxSummary { get; }
    public abstract string PricesIncludeTax { get; }

    /// <summary>The page number at the foot, as the value of CSS <c>content</c>.</summary>
    public abstract string PageCounter { get; }

    public abstract string Date(DateOnly date);
    public abstract string Rate(decimal percentage);
    public abstract string Amount(long minor, string currency);

    /// <summary>So many of something.</summary>
    public static string Count(int quantity) => Sign(quantity) + Math.Abs(quantity).ToString(CultureInfo.InvariantCulture);

    /// <summary>A minus before what is less than nothing. It is as wide as a digit, which a hyphen is not.</summary>
    private protected static string Sign(long number) => number < 0 ? "\u2212" : "";

    /// <summary>Digits in groups of three, with exactly the currency's decimals; the sign is the caller's.</summary>
    private protected static string Digits(long minor, string currency, char group, char point)
    {
        var decimals = new Currency(currency).Decimals;
        var digits = minor.ToString(CultureInfo.InvariantCulture).TrimStart('-').PadLeft(decimals + 1, '0');
        var whole = digits.Length - decimals;
        var text = new StringBuilder();
        for (var i = 0; i < whole; i++)
        {
            if (i > 0 && (whole - i) % 3 == 0)
                text.Append(group);
            text.Append(digits[i]);
        }
        return decimals == 0 ? text.ToString() : text.Append(point).Append(digits, whole, decimals).ToString();
    }

    private protected static string? Symbol(string currency) => currency switch { "EUR" => "€", "USD" => "$", "GBP" => "£", "JPY" => "¥", _ => null };

    private protected static string Plain(decimal number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
