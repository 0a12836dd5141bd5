using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Cart.Items;

/// <summary><c>GET /api/cart</c>: the lines with today's prices. A cart that nobody filled is an empty one.</summary>
internal static class GetCart
{
    public static async Task<Results<Ok<CartView>, StatusCodeHttpResult>> HandleAsync(CartEditor editor, HttpContext http, CancellationToken cancellationToken)
    {
        var view = await editor.ReadAsync(cancellationToken);
        http.Response.SetETag(view.Tag);
        return http.Request.IsNoneMatch(view.Tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(view);
    }
}
