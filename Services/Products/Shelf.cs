namespace EShop.Products;

/// <summary>The products that an order may move, looked up one by one: a batch of orders locks many products, each order has few.</summary>
internal sealed class Shelf(Func<Guid, Product?> find)
{
    /// <exception cref="InvalidOperationException">It is not among the locked ones: moving it would overwrite somebody else's change.</exception>
    public Product this[Guid id] => find(id) ?? throw new InvalidOperationException($"Product {id} is not locked.");

    /// <summary>What a new order may take of it: nothing of one that never was or that left the catalogue.</summary>
    public int Sellable(Guid id) => find(id)?.Sellable ?? 0;
}
