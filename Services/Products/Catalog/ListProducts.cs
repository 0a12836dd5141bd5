using System.Text.Json;
using EShop.Contracts;
using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace EShop.Products.Catalog;

internal static class ListProducts
{
    public static async Task<IResult> Handle(
        [AsParameters] PageQuery page, [AsParameters] Filter filter, HotAnswers answers, IServiceScopeFactory scopes, IOptions<StoreOptions> store, IOptions<JsonOptions> json,
        HttpRequest request, CancellationToken cancellationToken)
    {
        var answer = await answers.PageAsync(request.QueryString.Value ?? "", () => ReadAsync(page, filter, scopes, store.Value, json.Value)).WaitAsync(cancellationToken);
        return new JsonBytes(answer!.Body);
    }

    private static async Task<HotAnswers.Answer?> ReadAsync(PageQuery page, Filter filter, IServiceScopeFactory scopes, StoreOptions store, JsonOptions json)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ProductsDb>();
        var found = Matching(db, filter, store);
        var total = await found.CountAsync(CancellationToken.None);
        var products = await found.Skip(page.Skip).Take(page.Size).ToListAsync(CancellationToken.None);

        var answer = new Page<ProductView>([.. products.Select(product => ProductView.Of(product, store.Money))], page.Number, page.Size, total);
        return new HotAnswers.Answer(JsonSerializer.SerializeToUtf8Bytes(answer, json.SerializerOptions));
    }

    private static IQueryable<Product> Matching(ProductsDb db, Filter filter, StoreOptions store)
    {
        var products = db.Products.AsNoTracking().Where(p => p.DeletedAt == null);
        if (!string.IsNullOrEmpty(filter.Category))
            products = products.Where(p => p.Category == filter.Category);
        if (filter.MinPrice is { Value: var least } && Money.TryFrom(least, store.Money, out var min))
            products = products.Where(p => p.Price >= min.Minor);
        if (filter.MaxPrice is { Value: var most } && Money.TryFrom(most, store.Money, out var max))
            products = products.Where(p => p.Price <= max.Minor);
        if (filter.InStock is { } inStock)
            products = products.Where(p => p.Stock > p.Reserved == inStock);

        var found = products.Search(db, filter.Search);
        // Ids are version 7, in the order of creation, and break every tie: no product is on two pages or on none.
        return filter.Sort switch
        {
            "name" => found.Products.OrderBy(p => EF.Property<string>(p, CatalogColumns.NameKey)).ThenBy(p => p.Id),
            "-name" => found.Products.OrderByDescending(p => EF.Property<string>(p, CatalogColumns.NameKey)).ThenByDescending(p => p.Id),
            "price" => found.Products.OrderBy(p => p.Price).ThenBy(p => p.Id),
            "-price" => found.Products.OrderByDescending(p => p.Price).ThenByDescending(p => p.Id),
            "newest" => found.Products.OrderByDescending(p => p.Id),
            _ => found.ByRelevance,
        };
    }

    internal sealed record Filter(string? Search, string? Category, PriceInQuery? MinPrice, PriceInQuery? MaxPrice, bool? InStock, string? Sort);

    internal sealed class Validator : AbstractValidator<Filter>
    {
        private static readonly string?[] Sorts = [null, "", "name", "-name", "price", "-price", "newest"];

        public Validator(IOptions<StoreOptions> store)
        {
            var currency = store.Value.Money;
            RuleFor(filter => filter.Search).MaximumLength(CatalogLimits.Search);
            RuleFor(filter => filter.Category).MaximumLength(CatalogLimits.Category);
            RuleFor(filter => filter.Sort).Must(sort => Sorts.Contains(sort)).WithMessage("'Sort' is one of name, -name, price, -price, newest.");
            RuleFor(filter => filter.MinPrice).Must(IsPrice).WithMessage($"'Min Price' is at least 0 and has at most {currency.Decimals} decimals.");
            RuleFor(filter => filter.MaxPrice).Must(IsPrice).WithMessage($"'Max Price' is at least 0 and has at most {currency.Decimals} decimals.");

            bool IsPrice(PriceInQuery? price) => price is null || (price.Value.Value >= 0 && Money.TryFrom(price.Value.Value, currency, out _));
        }
    }
}
