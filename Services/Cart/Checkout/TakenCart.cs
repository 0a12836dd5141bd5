using EShop.Cart.Items;
using EShop.Contracts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EShop.Cart.Checkout;

/// <summary>What a checkout took out of the cart, at the prices of the moment, and how many orders of the user are open beside it.</summary>
internal sealed record TakenCart(IReadOnlyList<OrderLine> Lines, long OpenOrders)
{
    // A user has one cart, so its row is also what two checkouts of one user meet at: the second counts the first one's order, and finds no lines.
    private const string Lock = "SELECT FROM carts WHERE id = $1 FOR NO KEY UPDATE";

    private const string CountOpenOrders = "SELECT count(*) FROM orders WHERE user_id = $1 AND closed_at IS NULL";

    private const string TakeLines = """
        WITH lines AS (DELETE FROM cart_lines WHERE cart_id = $1 RETURNING product_id, quantity, added_at),
        edited AS (UPDATE carts SET version = version + 1, touched_on = $2 WHERE id = $1)
        SELECT line.product_id, product.name, line.quantity, product.price, product.tax_rate
        FROM lines line JOIN products product ON product.id = line.product_id
        ORDER BY line.added_at, line.product_id
        """;

    /// <summary>Empties the cart, if the transaction that runs is committed.</summary>
    public static async Task<TakenCart> TakeAsync(CartDb db, Guid user, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = ((NpgsqlConnection)db.Database.GetDbConnection()).CreateBatch();
        batch.BatchCommands.Add(CartEditor.Command(Lock, user));
        batch.BatchCommands.Add(CartEditor.Command(CountOpenOrders, user));
        batch.BatchCommands.Add(CartEditor.Command(TakeLines, user, DateOnly.FromDateTime(now.UtcDateTime)));
        await batch.PrepareAsync(cancellationToken);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var openOrders = reader.GetInt64(0);

        await reader.NextResultAsync(cancellationToken);
        List<OrderLine> lines = [];
        while (await reader.ReadAsync(cancellationToken))
            lines.Add(new OrderLine(reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetDecimal(4)));
        return new TakenCart(lines, openOrders);
    }
}
