using EShop.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Cart.Items;

/// <summary><c>POST /api/cart</c>: adds to the quantity that is there. More than is available is taken: the checkout decides.</summary>
internal static class AddItem
{
    // The cart is locked, so its lines stand still; the product may go meanwhile, and is then a deleted product in a cart like any other.
    private static readonly string Sql = $"""
        WITH product AS (SELECT 1 FROM products WHERE id = $2 AND version >= 0 AND deleted_at IS NULL),
        present AS (SELECT 1 FROM cart_lines WHERE cart_id = $1 AND product_id = $2),
        line AS (
            INSERT INTO cart_lines AS line (cart_id, product_id, quantity, added_at)
            SELECT cart.id, $2, $3, $4 FROM carts cart, product
            WHERE cart.id = $1 AND (EXISTS (SELECT FROM present) OR (SELECT count(*) FROM cart_lines WHERE cart_id = $1) < {Cart.MostLines})
            ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = line.quantity + excluded.quantity
                WHERE line.quantity + excluded.quantity <= {Cart.MostPieces}
            RETURNING 1),
        edited AS (UPDATE carts SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT FROM line))
        SELECT CASE
            WHEN EXISTS (SELECT FROM line) THEN {(int)EditOutcome.Done}
            WHEN NOT EXISTS (SELECT FROM product) THEN {(int)EditOutcome.UnknownProduct}
            WHEN EXISTS (SELECT FROM present) THEN {(int)EditOutcome.TooManyPieces}
            ELSE {(int)EditOutcome.TooManyLines} END
        """;

    public static async Task<Results<Ok<CartView>, Problem>> HandleAsync(
        Request request, CurrentCart cart, CartEditor editor, TimeProvider clock, HttpContext http, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var edit = CartEditor.Command(Sql, cart.Id, request.ProductId, request.Quantity, now);
        var (outcome, view) = await editor.OpenAsync(request.ProductId, now, edit, cancellationToken);
        return CartAnswer.Of(outcome, view, http);
    }

    internal sealed record Request(Guid ProductId, int Quantity);

    internal sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(request => request.Quantity).InclusiveBetween(1, Cart.MostPieces);
    }
}
