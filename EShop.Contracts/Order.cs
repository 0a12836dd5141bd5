namespace EShop.Contracts;

/// <summary>An order as every event about it carries it, so that no subscriber has to wait for another stream to understand one.</summary>
/// <param name="Locale"><c>es</c> or <c>en</c>: the language of its invoice.</param>
/// <param name="Currency">ISO 4217 code of every amount in it.</param>
/// <param name="Total">Sum of the lines, tax included, in minor units.</param>
public sealed record Order(
    Guid OrderId,
    Guid UserId,
    Buyer Buyer,
    Billing? Billing,
    string Locale,
    string Currency,
    IReadOnlyList<OrderLine> Lines,
    long Total);

/// <summary>Who bought, as the token said at the checkout.</summary>
public sealed record Buyer(string Name, string Email);

/// <summary>Whom the invoice is made out to, where the buyer said so.</summary>
/// <param name="Country">ISO 3166 alpha-2 code.</param>
public sealed record Billing(string Name, string? TaxId, string Line1, string City, string PostalCode, string Country);

/// <summary>One product of an order at the price of the checkout.</summary>
/// <param name="UnitPrice">Price of one, tax included, in minor units.</param>
/// <param name="TaxRate">A percentage, 0…100.</param>
public sealed record OrderLine(Guid ProductId, string Name, int Quantity, long UnitPrice, decimal TaxRate);
