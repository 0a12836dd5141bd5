using System.Text.Json.Serialization;

namespace EShop.Contracts;

/// <summary>A cart became an order.</summary>
public sealed record CartCheckedOut(Order Order) : IEvent<CartCheckedOut>
{
    /// <inheritdoc/>
    public static string Type => "cart.checked_out";

    /// <inheritdoc/>
    public static string Publisher => "cart";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => Order.OrderId.ToString();
}
