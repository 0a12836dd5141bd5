using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Products.Stock;

/// <summary>A refund: what it gives back is on the shelf again, once per refund.</summary>
internal sealed class RestockRefund(ProductsDb db, TimeProvider clock, StockAlerts alerts) : IHandle<PaymentRefunded>
{
    public Task HandleAsync(PaymentRefunded happened, CancellationToken cancellationToken)
    {
        try
        {
            db.LockedReservation(happened.Order.OrderId).Refund(happened, db.LockedShelf(), clock.GetUtcNow());
        }
        catch (OrderFateException)
        {
            alerts.PaidWithoutStock(happened.Order.OrderId, PaymentRefunded.Type);
            throw;
        }
        return Task.CompletedTask;
    }
}
