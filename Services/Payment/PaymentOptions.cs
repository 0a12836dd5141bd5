using System.ComponentModel.DataAnnotations;

namespace EShop.Payment;

/// <summary>Configuration section <c>Payment</c>.</summary>
internal sealed class PaymentOptions
{
    /// <summary>How long an order waits to be paid, and before that for its stock.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00", ErrorMessage = "Payment:Deadline must be between one second and thirty days, as in 00:15:00.")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often Stripe's records are compared with ours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Payment:ReconcileEvery must be between one second and a day, as in 00:05:00.")]
    public TimeSpan ReconcileEvery { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How far back they are compared. Events are kept for 7 days, so that one that is missing was lost.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "6.00:00:00", ErrorMessage = "Payment:ReconcileWindow must be between ten minutes and six days, as in 3.00:00:00.")]
    public TimeSpan ReconcileWindow { get; set; } = TimeSpan.FromDays(3);
}
