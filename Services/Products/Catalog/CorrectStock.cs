using EShop.Contracts;
using EShop.Messaging;
using EShop.Products.Stock;
using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace EShop.Products.Catalog;

/// <summary>So many more or fewer on the shelf, by hand: relative, so it is right whatever is sold meanwhile.</summary>
internal static class CorrectStock
{
    public static async Task<Results<Ok<ProductView>, Problem>> Handle(
        Guid id, Request request, ProductsDb db, IOutbox outbox, CurrentUser me, IOptions<StoreOptions> store, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken)
    {
        await using var transaction = await db.JoinTransactionAsync(cancellationToken);
        if (await db.LockProductAsync(id, cancellationToken) is not { } product)
            return ProductProblems.Unknown(id);

        var now = clock.GetUtcNow();
        if (product.CorrectStock(request.Delta, now) is { } refusal)
            return refusal;
        db.StockCorrections.Add(new StockCorrection
        {
            Id = Guid.CreateVersion7(now),
            ProductId = id,
            Delta = request.Delta,
            Reason = request.Reason.Trim(),
            UserId = me.Id,
            At = now,
        });
        outbox.Publish(new ProductUpdated(ProductView.Told(product, store.Value.Money)));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        response.SetETag(product.ETag);
        return TypedResults.Ok(ProductView.Of(product, store.Value.Money));
    }

    internal sealed record Request(int Delta, string Reason);

    internal sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(request => request.Delta).NotEqual(0);
            RuleFor(request => request.Reason).NotEmpty().MaximumLength(CatalogLimits.Reason);
        }
    }
}
