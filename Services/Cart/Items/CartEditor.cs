using EShop.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace EShop.Cart.Items;

/// <summary>What came of an edit; the values are those of the statements.</summary>
internal enum EditOutcome
{
    Done = 0,
    UnknownProduct = 1,
    TooManyPieces = 2,
    TooManyLines = 3,
    VersionMismatch = 4,
}

/// <summary>Edits and reads a cart in one round trip: filling carts is what a shop's database does most. The statements of a batch are one transaction (the ambient one where
/// there is one), each sees what was committed before it began, and the first holds the cart's row, so nothing comes between the decision and the answer.</summary>
internal sealed class CartEditor(CartDb db, CurrentCart cart, IOptions<StoreOptions> store)
{
    // An edit may be lost with the last fraction of a second before a crash of Postgres: nobody waits for the disk for it. The setting ends with the transaction.
    private const string WithoutWaitingForTheDisk = "WITH edit AS (SELECT set_config('synchronous_commit', 'off', true)) ";

    // Locks the cart, or makes it where the product is one that can be added: a guest's guess at ids leaves no rows behind.
    private const string OpenCart = WithoutWaitingForTheDisk + """
        INSERT INTO carts AS cart (id, guest, version, touched_on)
        SELECT $1, $2, 0, $3 FROM edit
        WHERE EXISTS (SELECT FROM carts WHERE id = $1) OR EXISTS (SELECT FROM products WHERE id = $4 AND version >= 0 AND deleted_at IS NULL)
        ON CONFLICT (id) DO UPDATE SET touched_on = excluded.touched_on
        """;

    private const string LockCart = WithoutWaitingForTheDisk + "UPDATE carts SET touched_on = $2 FROM edit WHERE id = $1";

    private const string ReadCart = """
        SELECT cart.version, line.product_id, product.name, product.image_url, product.price, line.quantity,
               CASE WHEN product.deleted_at IS NULL THEN greatest(product.stock - product.reserved, 0) ELSE 0 END,
               product.version + product.stock_version
        FROM carts cart LEFT JOIN (cart_lines line JOIN products product ON product.id = line.product_id) ON line.cart_id = cart.id
        WHERE cart.id = $1
        ORDER BY line.added_at, line.product_id
        """;

    /// <summary>Has <paramref name="edit"/> change the cart, which is made where it isn't there and <paramref name="product"/> can be added.</summary>
    public Task<(EditOutcome Outcome, CartView View)> OpenAsync(Guid product, DateTimeOffset now, NpgsqlBatchCommand edit, CancellationToken cancellationToken) =>
        EditAsync(Command(OpenCart, cart.Id, cart.Guest, Day(now), product), edit, cancellationToken);

    /// <summary>Has <paramref name="edit"/> change the cart, if there is one.</summary>
    public Task<(EditOutcome Outcome, CartView View)> LockAsync(DateTimeOffset now, NpgsqlBatchCommand edit, CancellationToken cancellationToken) =>
        EditAsync(Command(LockCart, cart.Id, Day(now)), edit, cancellationToken);

    public async Task<CartView> ReadAsync(CancellationToken cancellationToken) =>
        (await RunAsync([Command(ReadCart, cart.Id)], cancellationToken)).View;

    /// <summary>A statement that answers one row with an <see cref="EditOutcome"/>, with its parameters in order.</summary>
    public static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter });
        return command;
    }

    private Task<(EditOutcome, CartView)> EditAsync(NpgsqlBatchCommand open, NpgsqlBatchCommand edit, CancellationToken cancellationToken) =>
        RunAsync([open, edit, Command(ReadCart, cart.Id)], cancellationToken);

    private async Task<(EditOutcome Outcome, CartView View)> RunAsync(NpgsqlBatchCommand[] commands, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var batch = ((NpgsqlConnection)db.Database.GetDbConnection()).CreateBatch();
            foreach (var command in commands)
                batch.BatchCommands.Add(command);
            await batch.PrepareAsync(cancellationToken);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var outcome = EditOutcome.Done;
            if (commands.Length > 1)
            {
                await reader.ReadAsync(cancellationToken);
                outcome = (EditOutcome)reader.GetInt32(0);
                await reader.NextResultAsync(cancellationToken);
            }

            return (outcome, await ViewAsync(reader, cancellationToken));
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private async Task<CartView> ViewAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var currency = store.Value.Money;
        var (items, total, version, revision) = (new List<CartItem>(), new Money(0, currency), 0L, 0L);
        while (await reader.ReadAsync(cancellationToken))
        {
            version = reader.GetInt64(0);
            if (reader.IsDBNull(1))
                continue;
            var price = new Money(reader.GetInt64(4), currency);
            var quantity = reader.GetInt32(5);
            var image = reader.IsDBNull(3) ? null : reader.GetString(3);
            items.Add(new CartItem(reader.GetGuid(1), reader.GetString(2), image, price.ToDecimal(), quantity, (price * quantity).ToDecimal(), reader.GetInt32(6)));
            total += price * quantity;
            revision += reader.GetInt64(7);
        }

        return new CartView(items, total.ToDecimal(), currency.Code, version) { Revision = revision };
    }

    private static DateOnly Day(DateTimeOffset now) => DateOnly.FromDateTime(now.UtcDateTime);
}
