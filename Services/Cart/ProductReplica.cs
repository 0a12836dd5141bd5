using EShop.Contracts;

namespace EShop.Cart;

/// <summary>What Cart knows of a product, from the events of Products. They may come in any order, so each part is replaced by what is newer alone.</summary>
internal sealed class ProductReplica
{
    public Guid Id { get; private set; }

    public string Name { get; private set; } = "";

    public string? ImageUrl { get; private set; }

    /// <summary>Price of one in minor units, tax included.</summary>
    public long Price { get; private set; }

    public decimal TaxRate { get; private set; }

    public int Stock { get; private set; }

    public int Reserved { get; private set; }

    /// <summary>-1 while the product itself has not been heard of, only its stock or its end.</summary>
    public long Version { get; private set; } = -1;

    public long StockVersion { get; private set; } = -1;

    /// <summary>A deleted product stays as a tombstone: what is heard of it late must not bring it back.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    public void Replace(Product product)
    {
        ReplaceStock(product.Stock, product.Reserved, product.StockVersion);
        if (DeletedAt is not null || product.Version <= Version)
            return;
        (Name, ImageUrl, Price, TaxRate, Version) = (product.Name, product.ImageUrl, product.Price, product.TaxRate, product.Version);
    }

    public void ReplaceStock(int stock, int reserved, long stockVersion)
    {
        if (stockVersion > StockVersion)
            (Stock, Reserved, StockVersion) = (stock, reserved, stockVersion);
    }

    /// <summary>For ever: ids are not used again. The version grows with it, so that the ETag of a cart that holds the product does too.</summary>
    public void Delete(long version, DateTimeOffset now)
    {
        DeletedAt ??= now;
        Version = Math.Max(Version, version);
    }
}
