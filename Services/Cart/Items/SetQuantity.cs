using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Cart.Items;

/// <summary><c>PUT /api/cart/{productId}</c>: so many of it and no more; 0 removes.</summary>
internal static class SetQuantity
{
    // A line that is there can be changed even if its product was deleted: only a new one needs a product that is for sale.
    private static readonly string Sql = $"""
        WITH fresh AS (SELECT 1 WHERE $5 IS NULL OR coalesce((SELECT version FROM carts WHERE id = $1), 0) = ANY($5)),
        product AS (SELECT 1 FROM products WHERE id = $2 AND version >= 0 AND deleted_at IS NULL),
        present AS (SELECT 1 FROM cart_lines WHERE cart_id = $1 AND product_id = $2),
        line AS (
            INSERT INTO cart_lines (cart_id, product_id, quantity, added_at)
            SELECT cart.id, $2, $3, $4 FROM carts cart, fresh
            WHERE cart.id = $1 AND (EXISTS (SELECT FROM present)
                OR EXISTS (SELECT FROM product) AND (SELECT count(*) FROM cart_lines WHERE cart_id = $1) < {Cart.MostLines})
            ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = excluded.quantity
            RETURNING 1),
        edited AS (UPDATE carts SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT FROM line))
        SELECT CASE
            WHEN EXISTS (SELECT FROM line) THEN {(int)EditOutcome.Done}
            WHEN NOT EXISTS (SELECT FROM fresh) THEN {(int)EditOutcome.VersionMismatch}
            WHEN NOT EXISTS (SELECT FROM product) THEN {(int)EditOutcome.UnknownProduct}
            ELSE {(int)EditOutcome.TooManyLines} END
        """;

    public static async Task<Results<Ok<CartView>, Problem>> HandleAsync(
        Guid productId, Request request, CurrentCart cart, CartEditor editor, TimeProvider clock, HttpContext http, CancellationToken cancellationToken)
    {
        if (request.Quantity == 0)
            return await RemoveItem.HandleAsync(productId, cart, editor, clock, http, cancellationToken);
        var now = clock.GetUtcNow();
        var edit = CartEditor.Command(Sql, cart.Id, productId, request.Quantity, now, CartAnswer.AcceptedVersions(http.Request));
        var (outcome, view) = await editor.OpenAsync(productId, now, edit, cancellationToken);
        return CartAnswer.Of(outcome, view, http);
    }

    internal sealed record Request(int Quantity);

    internal sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(request => request.Quantity).InclusiveBetween(0, Cart.MostPieces);
    }
}
