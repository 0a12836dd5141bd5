using EShop.Cart.Checkout;
using EShop.Cart.Items;
using EShop.ServiceDefaults;

namespace EShop.Cart;

internal static class CartApi
{
    /// <summary>No <c>:guid</c>, so that what is no id is told so (400). The calls that only take a POST are no ids either: a PUT of one is a 405.</summary>
    private const string OneLine = "/{productId:regex(^(?!(checkout|restore)$))}";

    public static IEndpointRouteBuilder MapCart(this IEndpointRouteBuilder routes)
    {
        var cart = routes.MapApi("/api/cart", "Cart").AllowGuests().RequireAuthorization(CurrentCart.NeedsAnOwner).AddEndpointFilter<RouteGroupBuilder, CurrentCart.Filter>();
        cart.MapGet("/", GetCart.HandleAsync).WithName("GetCart").WithSummary("The cart with today's prices").Produces(StatusCodes.Status304NotModified);
        cart.MapPost("/", AddItem.HandleAsync).WithName("AddItem").WithSummary("Adds to the quantity that is there")
            .Idempotent().WithProblem(ProblemType.Validation).WithProblem(ProblemType.NotFound);
        cart.MapPut(OneLine, SetQuantity.HandleAsync).WithName("SetQuantity").WithSummary("Sets the quantity of a product; 0 removes it")
            .WithProblem(ProblemType.Validation).WithProblem(ProblemType.NotFound).WithProblem(ProblemType.VersionMismatch);
        cart.MapDelete(OneLine, RemoveItem.HandleAsync).WithName("RemoveItem").WithSummary("Removes a product").WithProblem(ProblemType.VersionMismatch);
        cart.MapDelete("/", ClearCart.HandleAsync).WithName("ClearCart").WithSummary("Empties the cart").WithProblem(ProblemType.VersionMismatch);
        cart.MapPost("/checkout", CheckOut.HandleAsync).WithName("CheckOut").WithSummary("Makes an order of the cart")
            .RequireUser().Idempotent().WithProblem(ProblemType.Validation).WithProblem(ProblemType.CartEmpty);
        cart.MapPost("/restore", RestoreOrder.HandleAsync).WithName("RestoreOrder").WithSummary("Puts the lines of an own order back")
            .RequireUser().WithProblem(ProblemType.Validation).WithProblem(ProblemType.NotFound);
        return routes;
    }
}
