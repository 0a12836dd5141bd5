using EShop.Contracts;
using EShop.Messaging;

namespace EShop.Payment;

/// <summary>The order has its invoice. Credit notes are found through it.</summary>
internal sealed class NoteInvoice(PaymentDb db) : IHandle<BillIssued>
{
    public Task HandleAsync(BillIssued happened, CancellationToken cancellationToken)
    {
        if (happened.Kind == "invoice")
            db.Locked(happened.OrderId).Invoice(happened.InvoiceId);
        return Task.CompletedTask;
    }
}
