using EShop.Contracts;

namespace EShop.Payment;

/// <summary>A payment as clients see it.</summary>
internal sealed record PaymentView(
    Guid OrderId,
    PaymentStatus Status,
    decimal Amount,
    decimal RefundedAmount,
    bool? RefundPending,
    string Currency,
    IReadOnlyList<PaymentView.Line> Lines,
    PaymentView.Card? PaymentMethod,
    string? ClientSecret,
    NextAction? NextAction,
    PaymentError? LastError,
    IReadOnlyList<RejectedLine>? RejectedLines,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<StatusChange> History,
    Guid? InvoiceId)
{
    /// <param name="isOwner">The client secret lets its bearer pay: it is shown to the owner alone, and only while there is something to pay.</param>
    public static PaymentView Of(Payment payment, bool isOwner)
    {
        var order = payment.Order!;
        var currency = new Currency(order.Currency);
        return new(
            payment.OrderId,
            payment.Status,
            Show(order.Total),
            Show(payment.RefundedAmount),
            payment.RefundingAmount > 0 ? true : null,
            order.Currency,
            [.. order.Lines.Select(line => new Line(line.ProductId, line.Name, line.Quantity, Show(line.UnitPrice), Show(line.UnitPrice * line.Quantity)))],
            payment is { CardBrand: { } brand, CardLast4: { } last4 } ? new Card(brand, last4) : null,
            isOwner && payment.IsPayable ? payment.ClientSecret : null,
            payment.NextAction,
            payment.LastError,
            payment.RejectedLines,
            payment.IsUnpaid && payment.Status != PaymentStatus.Processing ? payment.ExpiresAt : null,
            payment.History,
            payment.InvoiceId);

        decimal Show(long minor) => new Money(minor, currency).ToDecimal();
    }

    internal sealed record Line(Guid ProductId, string Name, int Quantity, decimal UnitPrice, decimal LineTotal);

    internal sealed record Card(string Brand, string Last4);
}
