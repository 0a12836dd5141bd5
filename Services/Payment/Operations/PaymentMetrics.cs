using System.Diagnostics.Metrics;

namespace EShop.Payment;

/// <summary>What an operator watches: how payments end, how often Stripe is unclear, and charges that came after the end.</summary>
internal sealed class PaymentMetrics
{
    private readonly Counter<long> _payments;
    private readonly Counter<long> _unclear;
    private readonly Counter<long> _late;

    public PaymentMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("EShop.Payment");
        _payments = meter.CreateCounter<long>("eshop.payments", "{payment}", "Payments that reached a status.");
        _unclear = meter.CreateCounter<long>("eshop.payment.operations.unclear", "{operation}", "Operations whose answer from Stripe was not clear.");
        _late = meter.CreateCounter<long>("eshop.payment.late_successes", "{refund}", "Charges of orders that had ended, sent back.");
    }

    public void Went(PaymentStatus status) => _payments.Add(1, new KeyValuePair<string, object?>("status", Snake.Of(status)));

    public void Unclear(OperationKind kind) => _unclear.Add(1, new KeyValuePair<string, object?>("kind", Snake.Of(kind)));

    public void GaveBack() => _late.Add(1);
}
