using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Cart.Orders;

/// <summary>An order that has ended no longer counts as unpaid, whichever of its ends is heard of first. The rows are locked and loaded by <see cref="LockRows"/>.</summary>
internal sealed class CloseOrder(CartDb db, TimeProvider clock) : IHandle<StockRejected>, IHandle<PaymentSucceeded>, IHandle<PaymentCanceled>
{
    public Task HandleAsync(StockRejected happened, CancellationToken cancellationToken) => CloseAsync(happened.Order, cancellationToken);

    public Task HandleAsync(PaymentSucceeded happened, CancellationToken cancellationToken) => CloseAsync(happened.Order, cancellationToken);

    public Task HandleAsync(PaymentCanceled happened, CancellationToken cancellationToken) => CloseAsync(happened.Order, cancellationToken);

    private async Task CloseAsync(Order order, CancellationToken cancellationToken)
    {
        var placed = await db.Orders.FindAsync([order.OrderId], cancellationToken)
            ?? throw new InvalidOperationException($"The row of order {order.OrderId} was not made before its event.");
        placed.Close(clock.GetUtcNow());
    }
}
