using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Products.Stock;

/// <summary>An order that ended unpaid: what was held can be sold again. Before its checkout it leaves a tombstone, so that the checkout holds nothing.</summary>
internal sealed class ReleaseStock(ProductsDb db) : IHandle<PaymentCanceled>
{
    public Task HandleAsync(PaymentCanceled happened, CancellationToken cancellationToken)
    {
        db.LockedReservation(happened.Order.OrderId).Cancel(db.LockedShelf());
        return Task.CompletedTask;
    }
}
