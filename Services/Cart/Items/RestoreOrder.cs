using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Cart.Items;

/// <summary><c>POST /api/cart/restore</c>: the lines of an own order are in the cart again, for whoever wants the same once more or was refused. Of what is in the cart already the
/// larger quantity counts, so that a repeat changes nothing; what is no longer for sale is left out.</summary>
internal static class RestoreOrder
{
    private static readonly string Sql = $"""
        WITH lines AS (SELECT * FROM unnest($2, $3) WITH ORDINALITY AS line (product_id, quantity, place)),
        fits AS (SELECT 1 WHERE (
            SELECT count(*) FROM (SELECT product_id FROM cart_lines WHERE cart_id = $1 UNION SELECT product_id FROM lines) AS together) <= {Cart.MostLines}),
        restored AS (
            INSERT INTO cart_lines AS line (cart_id, product_id, quantity, added_at)
            SELECT cart.id, product_id, quantity, $4 + place * interval '1 microsecond' FROM carts cart, lines, fits WHERE cart.id = $1
            ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = excluded.quantity WHERE line.quantity < excluded.quantity
            RETURNING 1),
        edited AS (UPDATE carts SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT FROM restored))
        SELECT CASE WHEN EXISTS (SELECT FROM fits) THEN {(int)EditOutcome.Done} ELSE {(int)EditOutcome.TooManyLines} END
        """;

    public static async Task<Results<Ok<CartView>, Problem>> HandleAsync(
        Request request, CurrentCart cart, CartDb db, CartEditor editor, TimeProvider clock, HttpContext http, CancellationToken cancellationToken)
    {
        var order = await db.Orders.AsNoTracking().FirstOrDefaultAsync(order => order.Id == request.OrderId && order.UserId == cart.Id, cancellationToken);
        if (order is null)
            return Problem.NotFound("There is no such order of yours.");
        var ordered = order.Content.Lines.Select(line => line.ProductId).ToList();
        var sold = await db.Products.Where(product => ordered.Contains(product.Id) && product.Version >= 0 && product.DeletedAt == null)
            .Select(product => product.Id).ToListAsync(cancellationToken);
        if (sold.Count == 0)
            return CartAnswer.Of(EditOutcome.Done, await editor.ReadAsync(cancellationToken), http);

        var lines = order.Content.Lines.Where(line => sold.Contains(line.ProductId)).ToList();
        var now = clock.GetUtcNow();
        var edit = CartEditor.Command(Sql, cart.Id, lines.Select(line => line.ProductId).ToArray(), lines.Select(line => line.Quantity).ToArray(), now);
        var (outcome, view) = await editor.OpenAsync(sold[0], now, edit, cancellationToken);
        return CartAnswer.Of(outcome, view, http);
    }

    internal sealed record Request(Guid OrderId);
}
