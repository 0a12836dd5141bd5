using System.Text.Json.Serialization;

namespace EShop.Contracts;

/// <summary>A whole product: what is newer by <c>Version</c> replaces what is older.</summary>
/// <param name="Price">Price of one, tax included, in minor units.</param>
/// <param name="TaxRate">A percentage, 0…100.</param>
/// <param name="Stock">On the shelf, reserved ones included.</param>
/// <param name="Version">Counts catalogue edits and corrections of the stock.</param>
/// <param name="StockVersion">Counts changes of stock and reserved: what is newer by it replaces these two alone.</param>
public sealed record Product(
    Guid ProductId,
    string Name,
    string? Description,
    long Price,
    string Currency,
    decimal TaxRate,
    int Stock,
    int Reserved,
    string? Sku,
    string? Category,
    string? ImageUrl,
    long Version,
    long StockVersion);

/// <summary>A product is in the catalogue.</summary>
public sealed record ProductCreated(Product Product) : IEvent<ProductCreated>
{
    /// <inheritdoc/>
    public static string Type => "product.created";

    /// <inheritdoc/>
    public static string Publisher => "products";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => Product.ProductId.ToString();
}

/// <summary>A product was edited, or its stock corrected.</summary>
public sealed record ProductUpdated(Product Product) : IEvent<ProductUpdated>
{
    /// <inheritdoc/>
    public static string Type => "product.updated";

    /// <inheritdoc/>
    public static string Publisher => "products";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => Product.ProductId.ToString();
}

/// <summary>A product left the catalogue.</summary>
public sealed record ProductDeleted(Guid ProductId, long Version) : IEvent<ProductDeleted>
{
    /// <inheritdoc/>
    public static string Type => "product.deleted";

    /// <inheritdoc/>
    public static string Publisher => "products";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => ProductId.ToString();
}

/// <summary>Orders moved a product's stock; told at most once a product a second.</summary>
public sealed record StockChanged(Guid ProductId, int Stock, int Reserved, long StockVersion) : IEvent<StockChanged>
{
    /// <inheritdoc/>
    public static string Type => "stock.changed";

    /// <inheritdoc/>
    public static string Publisher => "products";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => ProductId.ToString();
}

/// <summary>Every line of the order is held for it.</summary>
public sealed record StockReserved(Order Order) : IEvent<StockReserved>
{
    /// <inheritdoc/>
    public static string Type => "stock.reserved";

    /// <inheritdoc/>
    public static string Publisher => "products";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => Order.OrderId.ToString();
}

/// <summary>Nothing is held for the order, since not every line could be.</summary>
/// <param name="Lines">The lines that could not be held, with what was there.</param>
public sealed record StockRejected(Order Order, IReadOnlyList<RejectedLine> Lines) : IEvent<StockRejected>
{
    /// <inheritdoc/>
    public static string Type => "stock.rejected";

    /// <inheritdoc/>
    public static string Publisher => "products";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => Order.OrderId.ToString();
}

/// <summary>A line that could not be held.</summary>
public sealed record RejectedLine(Guid ProductId, int Requested, int Available);
