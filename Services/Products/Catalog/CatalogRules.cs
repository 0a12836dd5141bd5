using EShop.Contracts;
using FluentValidation;

namespace EShop.Products.Catalog;

/// <summary>What creating and updating a product ask of the same members.</summary>
internal interface IDescribeProduct
{
    string Name { get; }

    string? Description { get; }

    decimal Price { get; }

    string? Sku { get; }

    string? Category { get; }

    string? ImageUrl { get; }

    decimal? TaxRate { get; }
}

internal static class CatalogRules
{
    public static void AddCatalogRules<T>(this AbstractValidator<T> validator, StoreOptions store)
        where T : IDescribeProduct
    {
        validator.RuleFor(p => p.Name).NotEmpty().MaximumLength(CatalogLimits.Name);
        validator.RuleFor(p => p.Description).MaximumLength(CatalogLimits.Description);
        validator.RuleFor(p => p.Price).GreaterThan(0).LessThanOrEqualTo(CatalogLimits.Price)
            .Must(price => Money.TryFrom(price, store.Money, out _) && decimal.Round(price, store.Money.PriceDecimals) == price)
            .WithMessage($"'Price' has at most {store.Money.PriceDecimals} decimals in {store.Money}.");
        validator.RuleFor(p => p.Sku).MaximumLength(CatalogLimits.Sku).Must(NotBlank).WithMessage("'Sku' is empty: leave it out for none.");
        validator.RuleFor(p => p.Category).MaximumLength(CatalogLimits.Category).Must(NotBlank).WithMessage("'Category' is empty: leave it out for none.");
        validator.RuleFor(p => p.ImageUrl).MaximumLength(CatalogLimits.ImageUrl).Must(BeWebAddress).WithMessage("'Image Url' is not an http or https address.");
        validator.RuleFor(p => p.TaxRate).InclusiveBetween(0, 100)
            .Must(rate => rate is not { } given || decimal.Round(given, 2) == given).WithMessage("'Tax Rate' has at most two decimals.");
    }

    public static CatalogEntry ToEntry(this IDescribeProduct product, StoreOptions store) => new(
        product.Name.Trim(),
        product.Description?.Trim(),
        Money.TryFrom(product.Price, store.Money, out var price) ? price.Minor : throw new InvalidOperationException("The price was not validated."),
        product.TaxRate ?? store.TaxRate,
        product.Sku?.Trim(),
        product.Category?.Trim(),
        product.ImageUrl);

    private static bool NotBlank(string? text) => text is null || !string.IsNullOrWhiteSpace(text);

    private static bool BeWebAddress(string? address) => address is null
        || (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0);
}
