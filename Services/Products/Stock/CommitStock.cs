using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Products.Stock;

/// <summary>A payment: what was held leaves the shelf.</summary>
internal sealed class CommitStock(ProductsDb db, TimeProvider clock, StockAlerts alerts) : IHandle<PaymentSucceeded>
{
    public Task HandleAsync(PaymentSucceeded happened, CancellationToken cancellationToken)
    {
        try
        {
            db.LockedReservation(happened.Order.OrderId).Pay(db.LockedShelf(), clock.GetUtcNow());
        }
        catch (OrderFateException)
        {
            alerts.PaidWithoutStock(happened.Order.OrderId, PaymentSucceeded.Type);
            throw;
        }
        return Task.CompletedTask;
    }
}
