using System.Text.Json;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace EShop.Products.Catalog;

internal static class GetProduct
{
    public static async Task<IResult> Handle(
        Guid id, HotAnswers answers, IServiceScopeFactory scopes, IOptions<StoreOptions> store, IOptions<JsonOptions> json, HttpContext http, CancellationToken cancellationToken)
    {
        var answer = await answers.ProductAsync(id, () => ReadAsync(id, scopes, store.Value, json.Value)).WaitAsync(cancellationToken);
        if (answer is null)
            return ProductProblems.Unknown(id);

        http.Response.SetETag(answer.ETag!);
        return http.Request.IsNoneMatch(answer.ETag!) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : new JsonBytes(answer.Body);
    }

    /// <summary>On a scope of its own: it is for everybody who asks at this moment, and must not end with the first one's request.</summary>
    private static async Task<HotAnswers.Answer?> ReadAsync(Guid id, IServiceScopeFactory scopes, StoreOptions store, JsonOptions json)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ProductsDb>();
        var product = await db.Products.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, CancellationToken.None);
        return product is null
            ? null
            : new HotAnswers.Answer(JsonSerializer.SerializeToUtf8Bytes(ProductView.Of(product, store.Money), json.SerializerOptions), product.ETag);
    }
}
