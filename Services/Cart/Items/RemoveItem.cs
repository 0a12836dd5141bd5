using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Cart.Items;

/// <summary><c>DELETE /api/cart/{productId}</c>: takes the line out; the cart is the same if it isn't there.</summary>
internal static class RemoveItem
{
    private static readonly string Sql = $"""
        WITH fresh AS (SELECT 1 WHERE $3 IS NULL OR coalesce((SELECT version FROM carts WHERE id = $1), 0) = ANY($3)),
        line AS (DELETE FROM cart_lines USING fresh WHERE cart_id = $1 AND product_id = $2 RETURNING 1),
        edited AS (UPDATE carts SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT FROM line))
        SELECT CASE WHEN EXISTS (SELECT FROM fresh) THEN {(int)EditOutcome.Done} ELSE {(int)EditOutcome.VersionMismatch} END
        """;

    public static async Task<Results<Ok<CartView>, Problem>> HandleAsync(
        Guid productId, CurrentCart cart, CartEditor editor, TimeProvider clock, HttpContext http, CancellationToken cancellationToken)
    {
        var edit = CartEditor.Command(Sql, cart.Id, productId, CartAnswer.AcceptedVersions(http.Request));
        var (outcome, view) = await editor.LockAsync(clock.GetUtcNow(), edit, cancellationToken);
        return CartAnswer.Of(outcome, view, http);
    }
}
