using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Bill.Issuing;

/// <summary>Locks the orders of a batch. One that isn't known yet gets its row first, since a row that isn't there can't be locked.</summary>
internal sealed class LockOrders(BillDb db, TimeProvider clock) : ILockRows
{
    public async Task LockAsync(IReadOnlyList<IEvent> events, CancellationToken cancellationToken)
    {
        Guid[] orders = [.. events.Select(OrderOf).OfType<Guid>().Distinct().Order()];
        var now = clock.GetUtcNow();
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO orders (order_id, created_at) SELECT id, {now} FROM unnest({orders}) AS id ORDER BY id ON CONFLICT DO NOTHING", cancellationToken);
        // Tracked from here on: the handlers find them without another round trip.
        await db.Orders.FromSql($"SELECT * FROM orders WHERE order_id = ANY ({orders}) ORDER BY order_id FOR NO KEY UPDATE").LoadAsync(cancellationToken);
    }

    private static Guid? OrderOf(IEvent happened) => happened switch
    {
        CartCheckedOut checkedOut => checkedOut.Order.OrderId,
        PaymentSucceeded paid => paid.Order.OrderId,
        PaymentRefunded refunded => refunded.Order.OrderId,
        _ => null,
    };
}
