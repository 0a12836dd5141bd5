using EShop.Contracts;

namespace EShop.Products;

/// <summary>What the whole store agrees on: configuration section <c>Store</c>.</summary>
internal sealed class StoreOptions
{
    public string Currency { get; set; } = "EUR";

    public decimal TaxRate { get; set; } = 21;

    public Currency Money => new(Currency);

    public bool IsValid => Currency is { Length: 3 } && Currency.All(char.IsAsciiLetter) && Money.IsChargeable
        && TaxRate is >= 0 and <= 100 && decimal.Round(TaxRate, 2) == TaxRate;
}
