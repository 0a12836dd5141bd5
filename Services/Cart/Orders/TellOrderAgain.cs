using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Cart.Orders;

/// <summary>Stripe knows an order that Payment does not: the order is told again word for word, as a new event, so that no inbox takes it for the first one.</summary>
internal sealed partial class TellOrderAgain(CartDb db, IOutbox outbox, ILogger<TellOrderAgain> logger) : IHandle<OrderUnknown>
{
    public async Task HandleAsync(OrderUnknown happened, CancellationToken cancellationToken)
    {
        if (await db.Orders.FindAsync([happened.OrderId], cancellationToken) is { } placed)
            outbox.Publish(new CartCheckedOut(placed.Content));
        else
            NeverPlaced(logger, happened.OrderId);
    }

    [LoggerMessage(300, LogLevel.Warning, "Payment asks for order {OrderId}, which was never placed here")]
    private static partial void NeverPlaced(ILogger logger, Guid orderId);
}
