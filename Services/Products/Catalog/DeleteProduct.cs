using EShop.Contracts;
using EShop.Messaging;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Products.Catalog;

/// <summary>It leaves the catalogue and takes no new order; its row stays for the orders that hold it.</summary>
internal static class DeleteProduct
{
    public static async Task<Results<NoContent, Problem>> Handle(
        Guid id, ProductsDb db, IOutbox outbox, TimeProvider clock, HttpRequest request, CancellationToken cancellationToken)
    {
        var condition = request.IfMatch();
        await using var transaction = await db.JoinTransactionAsync(cancellationToken);
        if (await db.LockProductAsync(id, cancellationToken) is not { } product)
            return ProductProblems.Unknown(id);
        if (condition is not null && !condition.MatchesCatalog(product))
            return ProductProblems.Changed(product);

        product.Delete(clock.GetUtcNow());
        outbox.Publish(new ProductDeleted(product.Id, product.Version));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
