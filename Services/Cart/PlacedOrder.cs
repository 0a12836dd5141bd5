using EShop.Cart.Orders;
using EShop.Contracts;

namespace EShop.Cart;

/// <summary>An order that a checkout made. It is open until Payment or Products told how it ended, and then stays closed.</summary>
internal sealed class PlacedOrder
{
    private PlacedOrder()
    {
    }

    public PlacedOrder(Order order, DateTimeOffset now) => (Id, UserId, Content, PlacedAt, TellAt) = (order.OrderId, order.UserId, order, now, now + RemindOfOrders.After);

    public Guid Id { get; private set; }

    public Guid UserId { get; private set; }

    /// <summary>The order as <c>cart.checked_out</c> told it: kept whole, so that it can be told again word for word.</summary>
    public Order Content { get; private set; } = null!;

    public DateTimeOffset PlacedAt { get; private set; }

    /// <summary>When it is told again if it is still open.</summary>
    public DateTimeOffset TellAt { get; private set; }

    public DateTimeOffset? ClosedAt { get; private set; }

    public void Close(DateTimeOffset now) => ClosedAt ??= now;
}
