using System.Diagnostics;
using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Bill.Issuing;

/// <summary>Every payment is invoiced, by a job: Stripe is asked for the card, and that is no work for a handler.</summary>
internal sealed class QueueInvoice(BillDb db, TimeProvider clock) : IHandle<PaymentSucceeded>
{
    public async Task HandleAsync(PaymentSucceeded happened, CancellationToken cancellationToken)
    {
        var order = await db.Orders.FindAsync([happened.Order.OrderId], cancellationToken);
        if (order!.Pay(happened, Activity.Current?.Id, clock.GetUtcNow()) is { } job)
            db.Add(job);
    }
}
