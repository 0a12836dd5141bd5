using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Bill.Issuing;

/// <summary>An order is known, and whose it is: its buyer is told "not paid" from now on instead of "not found".</summary>
internal sealed class RememberOrder(BillDb db) : IHandle<CartCheckedOut>
{
    public async Task HandleAsync(CartCheckedOut happened, CancellationToken cancellationToken)
    {
        var order = await db.Orders.FindAsync([happened.Order.OrderId], cancellationToken);
        order!.BelongsTo(happened.Order.UserId);
    }
}
