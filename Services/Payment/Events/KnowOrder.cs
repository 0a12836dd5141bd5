using System.Diagnostics;
using EShop.Contracts;
using EShop.Messaging;
using Microsoft.Extensions.Options;

namespace EShop.Payment;

/// <summary>The order, and what Products says about its stock, in whatever order they come: each carries the whole order, so the first one makes it known.</summary>
internal sealed class KnowOrder(PaymentDb db, IOutbox outbox, IOptions<PaymentOptions> options, PaymentMetrics metrics, TimeProvider clock)
    : IHandle<CartCheckedOut>, IHandle<StockReserved>, IHandle<StockRejected>
{
    public Task HandleAsync(CartCheckedOut happened, CancellationToken cancellationToken)
    {
        var payment = Known(happened.Order);
        // Cart tells an order again whose end it has not heard of.
        if (payment.IsSold)
            outbox.Publish(payment.TellPaid(), payment.TraceParent);
        else if (payment.Status == PaymentStatus.Canceled)
            outbox.Publish(payment.TellCanceled(), payment.TraceParent);
        return Task.CompletedTask;
    }

    public Task HandleAsync(StockReserved happened, CancellationToken cancellationToken)
    {
        Known(happened.Order).Reserve(options.Value.Deadline, clock.GetUtcNow());
        return Task.CompletedTask;
    }

    public Task HandleAsync(StockRejected happened, CancellationToken cancellationToken)
    {
        var payment = Known(happened.Order);
        payment.Reject(happened.Lines, clock.GetUtcNow());
        metrics.Went(payment.Status);
        return Task.CompletedTask;
    }

    private Payment Known(Order order)
    {
        var payment = db.Locked(order.OrderId);
        payment.Know(order, Activity.Current?.Id, options.Value.Deadline, clock.GetUtcNow());
        return payment;
    }
}
