using EShop.Contracts;
using EShop.Messaging;
using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace EShop.Products.Catalog;

/// <summary>The whole resource: an optional member left out is cleared. The stock alone stays where it is left out; with it the caller must have seen the last sale.</summary>
internal static class UpdateProduct
{
    public static async Task<Results<Ok<ProductView>, Problem>> Handle(
        Guid id, Request request, ProductsDb db, IOutbox outbox, IOptions<StoreOptions> store, TimeProvider clock, HttpContext http, CancellationToken cancellationToken)
    {
        var condition = http.Request.IfMatch();
        await using var transaction = await db.JoinTransactionAsync(cancellationToken);
        if (await db.LockProductAsync(id, cancellationToken) is not { } product)
            return ProductProblems.Unknown(id);
        if (request.Stock is not null && condition is null)
            return Problem.Of(ProblemType.VersionRequired, "A PUT with 'stock' needs If-Match with the ETag of the product, so that no sale in between is undone.");
        if (condition is not null && !(request.Stock is null ? condition.MatchesCatalog(product) : condition.Matches(product.ETag)))
            return ProductProblems.Changed(product);

        var now = clock.GetUtcNow();
        if (request.Stock is { } stock && product.SetStock(stock, now) is { } refusal)
            return refusal;
        product.Edit(request.ToEntry(store.Value), now);
        outbox.Publish(new ProductUpdated(ProductView.Told(product, store.Value.Money)));
        if (await db.SaveUnlessSkuTakenAsync(cancellationToken) is { } taken)
            return taken;
        await transaction.CommitAsync(cancellationToken);

        http.Response.SetETag(product.ETag);
        return TypedResults.Ok(ProductView.Of(product, store.Value.Money));
    }

    internal sealed record Request(
        string Name,
        decimal Price,
        int? Stock = null,
        string? Description = null,
        string? Sku = null,
        string? Category = null,
        string? ImageUrl = null,
        decimal? TaxRate = null) : IDescribeProduct;

    internal sealed class Validator : AbstractValidator<Request>
    {
        public Validator(IOptions<StoreOptions> store)
        {
            this.AddCatalogRules(store.Value);
            RuleFor(request => request.Stock).GreaterThanOrEqualTo(0);
        }
    }
}
