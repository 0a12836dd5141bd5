using System.Diagnostics.Metrics;

namespace EShop.Products.Stock;

/// <summary>What somebody has to look at: an order that is paid and has no stock. Each is a log line and a number to alert on.</summary>
internal sealed partial class StockAlerts
{
    public const string MeterName = "EShop.Products";

    private readonly ILogger<StockAlerts> _logger;
    private readonly Counter<long> _paidWithoutStock;
    private readonly Gauge<long> _due;

    public StockAlerts(IMeterFactory meters, ILogger<StockAlerts> logger)
    {
        _logger = logger;
        var meter = meters.Create(MeterName);
        _paidWithoutStock = meter.CreateCounter<long>("eshop.products.paid_without_stock", "{event}", "Payments and refunds of orders whose stock was released or rejected.");
        _due = meter.CreateGauge<long>("eshop.products.payments_due", "{order}", "Orders paid or refunded for over a minute whose checkout has not arrived.");
    }

    public void PaidWithoutStock(Guid orderId, string type)
    {
        _paidWithoutStock.Add(1);
        LogPaidWithoutStock(orderId, type);
    }

    public void Due(IReadOnlyCollection<Guid> orderIds, TimeSpan patience)
    {
        _due.Record(orderIds.Count);
        foreach (var orderId in orderIds)
            LogDue(orderId, patience);
    }

    [LoggerMessage(3001, LogLevel.Error, "Order {OrderId} has no stock any more, and {Type} says that it is paid.")]
    private partial void LogPaidWithoutStock(Guid orderId, string type);

    [LoggerMessage(3002, LogLevel.Warning, "Order {OrderId} has been paid for over {Patience}, and its stock is not reserved.")]
    private partial void LogDue(Guid orderId, TimeSpan patience);
}
