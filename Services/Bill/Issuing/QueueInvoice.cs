using System.Diagnostics;
using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Bill.Issuing;

/// <summary>Every payment is invoiced, by a job: Stripe is asked for the card, and that is no work for a handler. A payment that is told again has lost its books: it is told its
/// invoice again.</summary>
internal sealed class QueueInvoice(BillDb db, IOutbox outbox, TimeProvider clock) : IHandle<PaymentSucceeded>
{
    public async Task HandleAsync(PaymentSucceeded happened, CancellationToken cancellationToken)
    {
        var order = await db.Orders.FindAsync([happened.Order.OrderId], cancellationToken);
        if (order!.Pay(happened, Activity.Current?.Id, clock.GetUtcNow()) is { } job)
            db.Add(job);
        else if (await db.Invoices.AsNoTracking().FirstOrDefaultAsync(i => i.OrderId == happened.Order.OrderId && i.Kind == Invoice.KindInvoice, cancellationToken) is { } issued)
            outbox.Publish(new BillIssued(issued.OrderId, issued.Id, issued.Number, issued.Kind));
    }
}
