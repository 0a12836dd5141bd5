using EShop.Contracts;

namespace EShop.Bill;

// Public, since the page that prints them is a Razor component, and those are always public.

/// <summary>Everything that an invoice says, computed once when it gets its number and never again: a later change of the seller's address, of a tax rate or of
/// the rounding must not change what was issued.</summary>
/// <param name="Lines">Of a credit note what came back, and none where an amount was refunded.</param>
/// <param name="Credits">The invoice that a credit note takes back; none on an invoice. All amounts are positive on both.</param>
public sealed record InvoiceDocument(
    Seller Seller,
    Customer Customer,
    string Locale,
    string Currency,
    IReadOnlyList<InvoiceLine> Lines,
    IReadOnlyList<RateTotal> Rates,
    long Net,
    long Tax,
    long Total,
    CardPayment Payment,
    CreditedInvoice? Credits = null)
{
    /// <summary>The sale's own figures: prices include tax, each line's tax is rounded once, and every total is a sum of lines.</summary>
    internal static InvoiceDocument Of(Order order, Seller seller, CardPayment payment)
    {
        var lines = order.Lines.Select(line => InvoiceLine.Of(line, new Currency(order.Currency))).ToList();
        return new InvoiceDocument(seller, Customer.Of(order), order.Locale, order.Currency, [], [], 0, 0, 0, payment).With(lines, RateTotal.Of(lines));
    }

    /// <summary>The same with other figures: every total is a sum of rates.</summary>
    internal InvoiceDocument With(IReadOnlyList<InvoiceLine> lines, IReadOnlyList<RateTotal> rates) =>
        this with { Lines = lines, Rates = rates, Net = rates.Sum(rate => rate.Net), Tax = rates.Sum(rate => rate.Tax), Total = rates.Sum(rate => rate.Total) };
}

/// <summary>Who sells, as the law wants it on an invoice. Bound from <c>Store:Seller</c>.</summary>
public sealed record Seller
{
    public string Name { get; init; } = "";
    public string TaxId { get; init; } = "";
    public string Line1 { get; init; } = "";
    public string City { get; init; } = "";
    public string PostalCode { get; init; } = "";
    public string Country { get; init; } = "";
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? Website { get; init; }

    internal bool IsComplete => !new[] { Name, TaxId, Line1, City, PostalCode, Country }.Any(string.IsNullOrWhiteSpace);
}

/// <summary>Whom it is made out to: the billing address, else the name and e-mail of the token at the checkout.</summary>
public sealed record Customer(string Name, string Email, string? TaxId, string? Line1, string? City, string? PostalCode, string? Country)
{
    internal static Customer Of(Order order) => order.Billing is { } billing
        ? new(billing.Name, order.Buyer.Email, billing.TaxId, billing.Line1, billing.City, billing.PostalCode, billing.Country)
        : new(order.Buyer.Name, order.Buyer.Email, null, null, null, null, null);
}

/// <summary>One line, in minor units; <c>Net + Tax = Total = UnitPrice · Quantity</c>.</summary>
public sealed record InvoiceLine(Guid ProductId, string Name, int Quantity, long UnitPrice, decimal TaxRate, long Net, long Tax, long Total)
{
    internal static InvoiceLine Of(OrderLine line, Currency currency)
    {
        var total = new Money(line.UnitPrice, currency) * line.Quantity;
        var tax = total.TaxAt(line.TaxRate);
        return new(line.ProductId, line.Name, line.Quantity, line.UnitPrice, line.TaxRate, (total - tax).Minor, tax.Minor, total.Minor);
    }
}

/// <summary>What the lines of one tax rate add up to.</summary>
public sealed record RateTotal(decimal TaxRate, long Net, long Tax, long Total)
{
    /// <summary>The rates of these lines, the highest first.</summary>
    internal static IReadOnlyList<RateTotal> Of(IEnumerable<InvoiceLine> lines) =>
        [.. lines.GroupBy(line => line.TaxRate)
            .OrderByDescending(rate => rate.Key)
            .Select(rate => new RateTotal(rate.Key, rate.Sum(line => line.Net), rate.Sum(line => line.Tax), rate.Sum(line => line.Total)))];
}

/// <summary>The invoice that a credit note takes back in part or whole.</summary>
public sealed record CreditedInvoice(string Number, DateTimeOffset IssuedAt);

/// <summary>How it was paid, as Stripe reports it.</summary>
public sealed record CardPayment(string Brand, string Last4, string ChargeId, DateTimeOffset PaidAt);
