using System.ComponentModel.DataAnnotations;

namespace EShop.Payment;

/// <summary>Configuration section <c>Payment</c>.</summary>
internal sealed class PaymentOptions
{
    /// <summary>How long an order waits to be paid, and before that for its stock.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00", ErrorMessage = "Payment:Deadline must be between one second and thirty days, as in 00:15:00.")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(15);
}
