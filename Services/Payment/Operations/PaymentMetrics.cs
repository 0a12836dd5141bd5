using System.Diagnostics.Metrics;

namespace EShop.Payment;

/// <summary>What an operator watches: how payments end, how often Stripe is unclear, charges that came after the end, and how far Stripe's records and ours are apart.</summary>
internal sealed class PaymentMetrics
{
    public const string MeterName = "EShop.Payment";

    private readonly Counter<long> _payments;
    private readonly Counter<long> _unclear;
    private readonly Counter<long> _late;
    private Comparison? _drift;

    public PaymentMetrics(IMeterFactory meters, TimeProvider clock)
    {
        var meter = meters.Create(MeterName);
        _payments = meter.CreateCounter<long>("eshop.payments", "{payment}", "Payments that reached a status.");
        _unclear = meter.CreateCounter<long>("eshop.payment.operations.unclear", "{operation}", "Operations whose answer from Stripe was not clear.");
        _late = meter.CreateCounter<long>("eshop.payment.late_successes", "{refund}", "Charges of orders that had ended, sent back.");
        meter.CreateObservableGauge<long>("eshop.payment.drift", () => _drift is { } last && clock.GetUtcNow() < last.Until ? [new(last.Differences)] : [], "{difference}",
            "What Stripe's records and ours said differently when they were last compared by this process. The target is zero.");
    }

    public void Went(PaymentStatus status) => _payments.Add(1, new KeyValuePair<string, object?>("status", Snake.Of(status)));

    public void Unclear(OperationKind kind) => _unclear.Add(1, new KeyValuePair<string, object?>("kind", Snake.Of(kind)));

    public void GaveBack() => _late.Add(1);

    /// <param name="until">Then another process has compared them since.</param>
    public void Drifted(int differences, DateTimeOffset until) => _drift = new Comparison(differences, until);

    private sealed record Comparison(long Differences, DateTimeOffset Until);
}
