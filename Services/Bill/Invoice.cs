using EShop.Contracts;

namespace EShop.Bill;

/// <summary>An issued document: an invoice, or the credit note that takes one back in part or whole. Nothing in it changes after its number is given.</summary>
internal sealed class Invoice
{
    /// <summary>What <see cref="Kind"/> says of an invoice, as clients and events read it.</summary>
    public const string KindInvoice = "invoice";

    /// <summary>The series of invoices; credit notes have <c>R</c>.</summary>
    public const string SeriesInvoice = "F";

    public Guid Id { get; init; }
    public required string Kind { get; init; }
    public required string Series { get; init; }
    public int Year { get; init; }
    public int Sequence { get; init; }
    public required string Number { get; init; }
    public Guid OrderId { get; init; }
    public Guid UserId { get; init; }
    public DateTimeOffset IssuedAt { get; init; }
    public required string Currency { get; init; }
    public long Total { get; init; }
    public required InvoiceDocument Document { get; init; }

    /// <summary>The refund that a credit note is for; none of an invoice.</summary>
    public Guid? RefundId { get; init; }

    public static Invoice Issue(Order order, InvoiceDocument document, IssuedNumber number) => new()
    {
        Id = Guid.CreateVersion7(number.At),
        Kind = KindInvoice,
        Series = number.Series,
        Year = number.Year,
        Sequence = number.Sequence,
        Number = number.ToString(),
        OrderId = order.OrderId,
        UserId = order.UserId,
        IssuedAt = number.At,
        Currency = document.Currency,
        Total = document.Total,
        Document = document,
    };
}

/// <summary>A number as it stands on the document, <c>F-2026-000001</c>, and the time that was taken with it.</summary>
internal readonly record struct IssuedNumber(string Series, int Year, int Sequence, DateTimeOffset At)
{
    public override string ToString() => $"{Series}-{Year:D4}-{Sequence:D6}";
}
