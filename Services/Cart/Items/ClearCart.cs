using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Cart.Items;

/// <summary><c>DELETE /api/cart</c>: takes every line out. The cart's row stays, so that its version goes on counting.</summary>
internal static class ClearCart
{
    private static readonly string Sql = $"""
        WITH fresh AS (SELECT 1 WHERE $2 IS NULL OR coalesce((SELECT version FROM carts WHERE id = $1), 0) = ANY($2)),
        lines AS (DELETE FROM cart_lines USING fresh WHERE cart_id = $1 RETURNING 1),
        edited AS (UPDATE carts SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT FROM lines))
        SELECT CASE WHEN EXISTS (SELECT FROM fresh) THEN {(int)EditOutcome.Done} ELSE {(int)EditOutcome.VersionMismatch} END
        """;

    public static async Task<Results<NoContent, Problem>> HandleAsync(
        CurrentCart cart, CartEditor editor, TimeProvider clock, HttpContext http, CancellationToken cancellationToken)
    {
        var edit = CartEditor.Command(Sql, cart.Id, CartAnswer.AcceptedVersions(http.Request));
        var (outcome, view) = await editor.LockAsync(clock.GetUtcNow(), edit, cancellationToken);
        return CartAnswer.Of(outcome, view, http).Result is Problem refused ? refused : TypedResults.NoContent();
    }
}
