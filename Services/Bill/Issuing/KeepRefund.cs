using System.Diagnostics;
using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;

namespace EShop.Bill.Issuing;

/// <summary>A refund is kept until its credit note is issued: it may come before the payment that it takes back, and must not be lost.</summary>
internal sealed class KeepRefund(BillDb db, TimeProvider clock) : IHandle<PaymentRefunded>
{
    public async Task HandleAsync(PaymentRefunded happened, CancellationToken cancellationToken)
    {
        var order = await db.Orders.FindAsync([happened.Order.OrderId], cancellationToken);
        order!.BelongsTo(happened.Order.UserId);

        // Told again by another event, it has no second credit note. What waits is looked for first: one that is issued between the two looks is found by the second.
        if (await db.DueCreditNotes.FindAsync([happened.RefundId], cancellationToken) is not null
            || await db.Invoices.AnyAsync(invoice => invoice.RefundId == happened.RefundId, cancellationToken))
            return;
        var now = clock.GetUtcNow();
        db.Add(new DueCreditNote
        {
            RefundId = happened.RefundId,
            OrderId = happened.Order.OrderId,
            Refund = happened,
            TraceParent = Activity.Current?.Id,
            ReceivedAt = now,
            DueAt = now,
        });
    }
}
