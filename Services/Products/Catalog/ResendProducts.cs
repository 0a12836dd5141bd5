using EShop.Contracts;
using EShop.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace EShop.Products.Catalog;

/// <summary>What was told.</summary>
/// <param name="Sent">How many products.</param>
/// <param name="Next">Where time ran out: ask again with it as <c>after</c>. Null where all were told.</param>
internal sealed record ResentView(int Sent, Guid? Next);

/// <summary>Tells every product of the catalogue once more, for a subscriber that lost its database. Read without a lock: whoever is told something newer meanwhile drops this as older.</summary>
internal static class ResendProducts
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1.5); // Of the 4.5 s that a request has.

    public static async Task<Ok<ResentView>> Handle(
        Guid? after, ProductsDb db, IOutbox outbox, IOptions<StoreOptions> store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var sent = 0;
        do
        {
            var products = await db.Products.AsNoTracking()
                .Where(product => product.DeletedAt == null && (after == null || product.Id > after)).OrderBy(product => product.Id).Take(AtOnce)
                .ToListAsync(cancellationToken);
            products.ForEach(product => outbox.Publish(new ProductUpdated(ProductView.Told(product, store.Value.Money))));
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
            sent += products.Count;
            after = products.Count == AtOnce ? products[^1].Id : null;
        }
        while (after is not null && clock.GetElapsedTime(started) < Budget);
        return TypedResults.Ok(new ResentView(sent, after));
    }
}
