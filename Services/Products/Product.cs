using EShop.ServiceDefaults;

namespace EShop.Products;

/// <summary>One product: its entry in the catalogue and what is on the shelf. Changed only under a lock on its row, so its counters are never written from a stale read;
/// the table's check constraint is the last line.</summary>
internal sealed class Product
{
    public Guid Id { get; private set; }

    public string Name { get; private set; } = "";

    public string? Description { get; private set; }

    /// <summary>Price of one, tax included, in minor units.</summary>
    public long Price { get; private set; }

    public decimal TaxRate { get; private set; }

    /// <summary>On the shelf, reserved ones included.</summary>
    public int Stock { get; private set; }

    /// <summary>Held by orders that are not paid yet.</summary>
    public int Reserved { get; private set; }

    public string? Sku { get; private set; }

    public string? Category { get; private set; }

    public string? ImageUrl { get; private set; }

    /// <summary>Counts catalogue edits and corrections of the stock.</summary>
    public long Version { get; private set; }

    /// <summary>Counts changes of <see cref="Stock"/> and <see cref="Reserved"/>.</summary>
    public long StockVersion { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>When it left the catalogue. The row stays: open reservations are kept on it.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    public int Available => Stock - Reserved;

    /// <summary>What a new order may take: nothing of a product that left the catalogue.</summary>
    public int Sellable => DeletedAt is null ? Available : 0;

    public string ETag => $"{Version}.{StockVersion}";

    public static Product Create(Guid id, CatalogEntry entry, int stock, DateTimeOffset now)
    {
        var product = new Product { Id = id, Stock = stock, Version = 1, StockVersion = 1, CreatedAt = Stored(now), UpdatedAt = Stored(now) };
        product.Describe(entry);
        return product;
    }

    public void Edit(CatalogEntry entry, DateTimeOffset now)
    {
        Describe(entry);
        Version++;
        UpdatedAt = Stored(now);
    }

    /// <summary>Puts another number on the shelf, by hand.</summary>
    /// <returns>Why not, or null where it is done.</returns>
    public Problem? SetStock(int stock, DateTimeOffset now)
    {
        if (stock < Reserved)
            return Problem.Of(ProblemType.StockBelowReserved, $"{Reserved} are reserved by open orders: the stock can't go below that.");
        if (stock != Stock)
        {
            Stock = stock;
            StockVersion++;
        }
        UpdatedAt = Stored(now);
        return null;
    }

    /// <summary>Adds to what is on the shelf, or takes from it, by hand.</summary>
    /// <returns>Why not, or null where it is done.</returns>
    public Problem? CorrectStock(int delta, DateTimeOffset now)
    {
        if ((long)Stock + delta > int.MaxValue)
            return Problem.Invalid("delta", $"The stock can't go over {int.MaxValue}.");
        if (SetStock(Stock + delta, now) is { } refusal)
            return refusal;
        Version++;
        return null;
    }

    public void Delete(DateTimeOffset now)
    {
        DeletedAt = Stored(now);
        UpdatedAt = Stored(now);
        Version++;
    }

    /// <summary>Holds so many for an order; the caller has looked at <see cref="Sellable"/>.</summary>
    public void Hold(int quantity)
    {
        if (quantity > Available)
            throw new InvalidOperationException($"{quantity} of product {Id} can't be held: {Available} are available.");
        Reserved += quantity;
        StockVersion++;
    }

    /// <summary>Lets go of what was held.</summary>
    public void Release(int quantity)
    {
        Reserved -= quantity;
        StockVersion++;
    }

    /// <summary>What was held leaves the shelf.</summary>
    public void Sell(int quantity)
    {
        Reserved -= quantity;
        Stock -= quantity;
        StockVersion++;
    }

    /// <summary>What was sold is back on the shelf.</summary>
    public void PutBack(int quantity)
    {
        Stock = checked(Stock + quantity);
        StockVersion++;
    }

    private void Describe(CatalogEntry entry)
    {
        Name = entry.Name;
        Description = entry.Description;
        Price = entry.Price;
        TaxRate = entry.TaxRate;
        Sku = entry.Sku;
        Category = entry.Category;
        ImageUrl = entry.ImageUrl;
    }

    /// <summary>PostgreSQL keeps microseconds: cut here, or the answer to a POST would differ from the next GET in its last digit.</summary>
    private static DateTimeOffset Stored(DateTimeOffset now) => now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
}

/// <summary>What the catalogue says about a product; the price in minor units.</summary>
internal sealed record CatalogEntry(string Name, string? Description, long Price, decimal TaxRate, string? Sku, string? Category, string? ImageUrl);
