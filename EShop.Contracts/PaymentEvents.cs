using System.Text.Json.Serialization;

namespace EShop.Contracts;

/// <summary>The order is paid: one charge at Stripe succeeded for its total.</summary>
public sealed record PaymentSucceeded(Order Order, string PaymentIntentId, string ChargeId, DateTimeOffset PaidAt) : IEvent<PaymentSucceeded>
{
    /// <inheritdoc/>
    public static string Type => "payment.succeeded";

    /// <inheritdoc/>
    public static string Publisher => "payment";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => Order.OrderId.ToString();
}

/// <summary>The order ended unpaid.</summary>
/// <param name="Reason"><c>requested</c>, <c>expired</c> or <c>declined</c>.</param>
public sealed record PaymentCanceled(Order Order, string Reason) : IEvent<PaymentCanceled>
{
    /// <inheritdoc/>
    public static string Type => "payment.canceled";

    /// <inheritdoc/>
    public static string Publisher => "payment";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => Order.OrderId.ToString();
}

/// <summary>A refund of a paid order succeeded at Stripe.</summary>
/// <param name="Amount">What went back, in minor units.</param>
/// <param name="Lines">What was taken back, or null where the refund was of an amount.</param>
/// <param name="Restock">Whether the lines go back on the shelf.</param>
public sealed record PaymentRefunded(Order Order, Guid RefundId, long Amount, IReadOnlyList<RefundedLine>? Lines, bool Restock) : IEvent<PaymentRefunded>
{
    /// <inheritdoc/>
    public static string Type => "payment.refunded";

    /// <inheritdoc/>
    public static string Publisher => "payment";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => Order.OrderId.ToString();
}

/// <summary>So many of a product came back.</summary>
public sealed record RefundedLine(Guid ProductId, int Quantity);

/// <summary>Stripe's records name an order that Payment does not know: Cart tells it again.</summary>
public sealed record OrderUnknown(Guid OrderId) : IEvent<OrderUnknown>
{
    /// <inheritdoc/>
    public static string Type => "order.unknown";

    /// <inheritdoc/>
    public static string Publisher => "payment";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => OrderId.ToString();
}
