using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Products.Stock;

/// <summary>Locks what a batch of events will change: the orders' fate rows, then the products, each once and in id order, so that two batches never wait for each other in a circle.
/// All of it is tracked afterwards, so the handlers need no round trip of their own.</summary>
internal sealed class LockStock(ProductsDb db) : ILockRows
{
    public async Task LockAsync(IReadOnlyList<IEvent> events, CancellationToken cancellationToken)
    {
        var orders = events.Select(OrderOf).OfType<Order>().ToList();
        if (orders.Count == 0)
            return;

        // A row that isn't there can't be locked: without it a late cancellation and a reservation in two transactions would both go through.
        var orderIds = orders.Select(order => order.OrderId).Distinct().ToArray();
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO reservations (order_id) SELECT id FROM unnest({orderIds}) AS id ORDER BY id ON CONFLICT DO NOTHING", cancellationToken);
        var reservations = await db.Reservations
            .FromSql($"SELECT * FROM reservations WHERE order_id = ANY({orderIds}) ORDER BY order_id FOR NO KEY UPDATE")
            .ToListAsync(cancellationToken);

        var productIds = orders.SelectMany(order => order.Lines).Select(line => line.ProductId)
            .Concat(reservations.SelectMany(reservation => reservation.Lines).Select(line => line.ProductId))
            .Distinct().ToArray();
        await db.Products
            .FromSql($"SELECT * FROM products WHERE id = ANY({productIds}) ORDER BY id FOR NO KEY UPDATE")
            .LoadAsync(cancellationToken);
    }

    private static Order? OrderOf(IEvent happened) => happened switch
    {
        CartCheckedOut checkedOut => checkedOut.Order,
        PaymentSucceeded succeeded => succeeded.Order,
        PaymentCanceled canceled => canceled.Order,
        PaymentRefunded refunded => refunded.Order,
        _ => null,
    };
}
