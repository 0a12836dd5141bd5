using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Products.Stock;

/// <summary>A checkout: all lines are held, or none, and the answer is told. Told again where the checkout comes again.</summary>
internal sealed class ReserveStock(ProductsDb db, IOutbox outbox) : IHandle<CartCheckedOut>
{
    public Task HandleAsync(CartCheckedOut happened, CancellationToken cancellationToken)
    {
        switch (db.LockedReservation(happened.Order.OrderId).CheckOut(happened.Order, db.LockedShelf()))
        {
            case StockReserved reserved:
                outbox.Publish(reserved);
                break;
            case StockRejected rejected:
                outbox.Publish(rejected);
                break;
        }
        return Task.CompletedTask;
    }
}
