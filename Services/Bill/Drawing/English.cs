namespace EShop.Bill.Drawing;

internal sealed class English : Language
{
    public static readonly English Instance = new();

    private static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public override string Code => "en";
    public override string Invoice => "Invoice";
    public override string CreditNote => "Credit note";
    public override string Corrects(string invoice, DateOnly issuedOn) => $"Corrects invoice {invoice} of {Date(issuedOn)}";
    public override string RefundedAmount => "Refund of an amount, spread over the tax rates of the invoice.";
    public override string Number => "Number";
    public override string IssueDate => "Issue date";
    public override string Order => "Order";
    public override string BillTo => "Bill to";
    public override string TaxId => "Tax ID";
    public override string Payment => "Payment";
    public override string Refund => "Refund";
    public override string Refunded => "Refunded";
    public override string Paid => "Paid";
    public override string PaidOn => "Payment date";
    public override string Card => "Card";
    public override string Reference => "Reference";
    public override string Description => "Description";
    public override string Quantity => "Qty";
    public override string UnitPrice => "Unit price";
    public override string TaxRate => "Tax rate";
    public override string Net => "Net";
    public override string Tax => "Tax";
    public override string Total => "Total";
    public override string TaxSummary => "Totals by tax rate";
    public override string PricesIncludeTax => "Unit prices include tax.";
    public override string PageCounter => """
        "Page " counter(page) " of " counter(pages)
        """;

    public override string Date(DateOnly date) => $"{date.Day} {Months[date.Month - 1]} {date.Year}";
    public override string Rate(decimal percentage) => Plain(percentage) + "%";

    public override string Amount(long minor, string currency) =>
        Sign(minor) + (Symbol(currency) ?? currency + " ") + Digits(minor, currency, ',', '.');
}
