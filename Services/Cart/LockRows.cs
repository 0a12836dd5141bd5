using System.Text.Json;
using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Cart;

/// <summary>Makes, locks and loads the rows that a batch of events is about: products first, then orders, each in id order.</summary>
internal sealed class LockRows(CartDb db, TimeProvider clock) : ILockRows
{
    public async Task LockAsync(IReadOnlyList<IEvent> events, CancellationToken cancellationToken)
    {
        var products = events.Select(ProductOf).OfType<Guid>().Distinct().Order().ToArray();
        if (products.Length > 0)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO products (id, name, price, tax_rate, stock, reserved, version, stock_version)
                SELECT id, '', 0, 0, 0, 0, -1, -1 FROM unnest({products}) AS id ORDER BY id
                ON CONFLICT DO NOTHING
                """,
                cancellationToken);
            await db.Products.FromSql($"SELECT * FROM products WHERE id = ANY({products}) ORDER BY id FOR NO KEY UPDATE").LoadAsync(cancellationToken);
        }

        var orders = events.Select(OrderOf).OfType<Order>().DistinctBy(order => order.OrderId).OrderBy(order => order.OrderId).ToArray();
        if (orders.Length > 0)
            await LockOrdersAsync(orders, cancellationToken);
    }

    // An order's end can't come before its checkout is committed, unless this database was put back to an earlier day: then the event itself says what the order was.
    private async Task LockOrdersAsync(Order[] orders, CancellationToken cancellationToken)
    {
        var ids = orders.Select(order => order.OrderId).ToArray();
        var users = orders.Select(order => order.UserId).ToArray();
        var contents = orders.Select(order => JsonSerializer.Serialize(order, JsonSerializerOptions.Web)).ToArray();
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO orders (id, user_id, content, placed_at, tell_at)
            SELECT id, user_id, content::jsonb, {clock.GetUtcNow()}, {clock.GetUtcNow()} FROM unnest({ids}, {users}, {contents}) AS o (id, user_id, content) ORDER BY id
            ON CONFLICT DO NOTHING
            """,
            cancellationToken);
        await db.Orders.FromSql($"SELECT * FROM orders WHERE id = ANY({ids}) ORDER BY id FOR NO KEY UPDATE").LoadAsync(cancellationToken);
    }

    private static Guid? ProductOf(IEvent happened) => happened switch
    {
        ProductCreated created => created.Product.ProductId,
        ProductUpdated updated => updated.Product.ProductId,
        ProductDeleted deleted => deleted.ProductId,
        StockChanged changed => changed.ProductId,
        _ => null,
    };

    private static Order? OrderOf(IEvent happened) => happened switch
    {
        StockRejected rejected => rejected.Order,
        PaymentSucceeded paid => paid.Order,
        PaymentCanceled canceled => canceled.Order,
        _ => null,
    };
}
