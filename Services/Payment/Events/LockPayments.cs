using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>A row for every order that a batch of events speaks of, then all of them locked in one order. A row that isn't there can't be locked: without it two events of a new
/// order, in two transactions, would each decide as if the other had not happened.</summary>
internal sealed class LockPayments(PaymentDb db) : ILockRows
{
    public async Task LockAsync(IReadOnlyList<IEvent> events, CancellationToken cancellationToken)
    {
        Guid[] orders = [.. events.Select(OrderOf).OfType<Guid>().Distinct().Order()];
        if (orders.Length == 0)
            return;
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO payments (order_id, status, history, refunded_amount, refunding_amount, attempts, version)
            SELECT id, 'awaiting_stock', '[]'::jsonb, 0, 0, 0, 0 FROM unnest({orders}) AS id ORDER BY id
            ON CONFLICT DO NOTHING
            """, cancellationToken);
        await db.Payments.FromSql($"SELECT * FROM payments WHERE order_id = ANY({orders}) ORDER BY order_id FOR NO KEY UPDATE").LoadAsync(cancellationToken);
    }

    private static Guid? OrderOf(IEvent happened) => happened switch
    {
        CartCheckedOut checkedOut => checkedOut.Order.OrderId,
        StockReserved reserved => reserved.Order.OrderId,
        StockRejected rejected => rejected.Order.OrderId,
        BillIssued issued => issued.OrderId,
        _ => null,
    };
}

internal static class LockedPayments
{
    /// <summary>The payment that was locked and loaded for this batch.</summary>
    public static Payment Locked(this PaymentDb db, Guid orderId) => db.Payments.Local.FindEntry(orderId)?.Entity
        ?? throw new InvalidOperationException($"The payment of order {orderId} was not locked before its event was handled.");
}
