using EShop.Contracts;

namespace EShop.Products.Catalog;

/// <summary>A product as a client sees it, and as other services are told.</summary>
internal sealed record ProductView(
    Guid Id,
    string Name,
    string? Description,
    decimal Price,
    string Currency,
    decimal TaxRate,
    int Stock,
    int Reserved,
    int Available,
    string? Sku,
    string? Category,
    string? ImageUrl,
    long Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static ProductView Of(Product product, Currency currency) => new(
        product.Id,
        product.Name,
        product.Description,
        new Money(product.Price, currency).ToDecimal(),
        currency.Code,
        product.TaxRate,
        product.Stock,
        product.Reserved,
        product.Available,
        product.Sku,
        product.Category,
        product.ImageUrl,
        product.Version,
        product.CreatedAt,
        product.UpdatedAt);

    public static Contracts.Product Told(Product product, Currency currency) => new(
        product.Id,
        product.Name,
        product.Description,
        product.Price,
        currency.Code,
        product.TaxRate,
        product.Stock,
        product.Reserved,
        product.Sku,
        product.Category,
        product.ImageUrl,
        product.Version,
        product.StockVersion);
}
