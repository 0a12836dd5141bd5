using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Cart.Catalogue;

/// <summary>Keeps what Cart knows of a product up to date. The rows are locked and loaded by <see cref="LockRows"/>.</summary>
internal sealed class ReplicateProduct(CartDb db, TimeProvider clock)
    : IHandle<ProductCreated>, IHandle<ProductUpdated>, IHandle<ProductDeleted>, IHandle<StockChanged>
{
    public async Task HandleAsync(ProductCreated happened, CancellationToken cancellationToken) =>
        (await ReplicaAsync(happened.Product.ProductId, cancellationToken)).Replace(happened.Product);

    public async Task HandleAsync(ProductUpdated happened, CancellationToken cancellationToken) =>
        (await ReplicaAsync(happened.Product.ProductId, cancellationToken)).Replace(happened.Product);

    public async Task HandleAsync(ProductDeleted happened, CancellationToken cancellationToken) =>
        (await ReplicaAsync(happened.ProductId, cancellationToken)).Delete(happened.Version, clock.GetUtcNow());

    public async Task HandleAsync(StockChanged happened, CancellationToken cancellationToken) =>
        (await ReplicaAsync(happened.ProductId, cancellationToken)).ReplaceStock(happened.Stock, happened.Reserved, happened.StockVersion);

    private async Task<ProductReplica> ReplicaAsync(Guid id, CancellationToken cancellationToken) =>
        await db.Products.FindAsync([id], cancellationToken) ?? throw new InvalidOperationException($"The row of product {id} was not made before its event.");
}
