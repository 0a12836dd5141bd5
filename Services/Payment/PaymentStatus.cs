namespace EShop.Payment;

internal enum PaymentStatus
{
    AwaitingStock,
    AwaitingPayment,
    RequiresAction,
    Processing,
    Succeeded,
    PartiallyRefunded,
    Refunded,
    Rejected,
    Canceled,
}

internal enum CancelReason
{
    /// <summary>Somebody asked for it.</summary>
    Requested,

    /// <summary>Nobody paid before the deadline.</summary>
    Expired,

    /// <summary>Stripe gave the intent up.</summary>
    Declined,
}

/// <summary>A step of a payment's way.</summary>
/// <param name="Reason">Why it was canceled.</param>
/// <param name="Note">What the one who canceled it wrote.</param>
internal sealed record StatusChange(PaymentStatus Status, DateTimeOffset At, string? Reason, string? Note);

/// <summary>From which status a payment goes to which.</summary>
internal static class PaymentSteps
{
    /// <summary>Every jump that there is.</summary>
    private static readonly Dictionary<PaymentStatus, PaymentStatus[]> Legal = new()
    {
        [PaymentStatus.AwaitingStock] = [PaymentStatus.AwaitingPayment, PaymentStatus.Rejected, PaymentStatus.Canceled],
        [PaymentStatus.AwaitingPayment] = [PaymentStatus.RequiresAction, PaymentStatus.Processing, PaymentStatus.Succeeded, PaymentStatus.Canceled],
        [PaymentStatus.RequiresAction] = [PaymentStatus.Succeeded, PaymentStatus.Processing, PaymentStatus.AwaitingPayment, PaymentStatus.Canceled],
        [PaymentStatus.Processing] = [PaymentStatus.Succeeded, PaymentStatus.AwaitingPayment, PaymentStatus.RequiresAction, PaymentStatus.Canceled],
        [PaymentStatus.Succeeded] = [PaymentStatus.PartiallyRefunded, PaymentStatus.Refunded],
        [PaymentStatus.PartiallyRefunded] = [PaymentStatus.Refunded],
        [PaymentStatus.Refunded] = [],
        [PaymentStatus.Rejected] = [],
        [PaymentStatus.Canceled] = [],
    };

    public static bool CanGo(this PaymentStatus from, PaymentStatus to) => Legal[from].Contains(to);
}
