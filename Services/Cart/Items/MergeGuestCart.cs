using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Cart.Items;

/// <summary>Who shopped as a guest and then logged in finds everything in one cart: the guest's lines move over, and the guest's cart is empty from then on.</summary>
internal sealed class MergeGuestCart(CartDb db, TimeProvider clock)
{
    /// <summary>Moves the lines of the guest's cart into the user's, once however often and at once it is asked. Quantities add up to at most what a line holds; where the lines become
    /// too many, the user's own stay and the guest's oldest follow.</summary>
    public async Task IntoAsync(Guid user, Guid guest, CancellationToken cancellationToken)
    {
        if (!await db.Lines.AnyAsync(line => line.CartId == guest, cancellationToken))
            return;

        await using var transaction = await db.JoinTransactionAsync(cancellationToken);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO carts (id, guest, version, touched_on) VALUES ({user}, false, 0, {today}) ON CONFLICT DO NOTHING", cancellationToken);
        // In id order, so that two merges that share a cart wait for each other in a line and not in a circle. The lines are read after the wait: who comes second finds none.
        await db.Database.ExecuteSqlAsync($"SELECT FROM carts WHERE id IN ({user}, {guest}) ORDER BY id FOR NO KEY UPDATE", cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            WITH moved AS (DELETE FROM cart_lines WHERE cart_id = {guest} RETURNING product_id, quantity, added_at),
            own AS (SELECT product_id FROM cart_lines WHERE cart_id = {user}),
            ranked AS (SELECT *, row_number() OVER (ORDER BY added_at, product_id) AS place FROM moved WHERE product_id NOT IN (SELECT product_id FROM own)),
            kept AS (
                SELECT product_id, quantity, added_at FROM moved WHERE product_id IN (SELECT product_id FROM own)
                UNION ALL
                SELECT product_id, quantity, added_at FROM ranked WHERE place <= {Cart.MostLines} - (SELECT count(*) FROM own)),
            merged AS (
                INSERT INTO cart_lines AS line (cart_id, product_id, quantity, added_at)
                SELECT {user}, product_id, quantity, added_at FROM kept
                ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = least(line.quantity + excluded.quantity, {Cart.MostPieces}))
            UPDATE carts SET version = version + 1, touched_on = {today} WHERE id IN ({user}, {guest}) AND EXISTS (SELECT FROM moved)
            """,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
