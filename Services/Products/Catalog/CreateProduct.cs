using EShop.Contracts;
using EShop.Messaging;
using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace EShop.Products.Catalog;

internal static class CreateProduct
{
    public static async Task<Results<Created<ProductView>, Problem>> Handle(
        Request request, ProductsDb db, IOutbox outbox, IOptions<StoreOptions> store, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var product = Product.Create(Guid.CreateVersion7(now), request.ToEntry(store.Value), request.Stock, now);
        db.Products.Add(product);
        outbox.Publish(new ProductCreated(ProductView.Told(product, store.Value.Money)));
        if (await db.SaveUnlessSkuTakenAsync(cancellationToken) is { } refusal)
            return refusal;

        response.SetETag(product.ETag);
        return TypedResults.Created($"/api/products/{product.Id}", ProductView.Of(product, store.Value.Money));
    }

    internal sealed record Request(
        string Name,
        decimal Price,
        int Stock,
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
