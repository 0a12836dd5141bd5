using EShop.Contracts;

namespace EShop.Bill;

/// <summary>An issued document: an invoice, or the credit note that takes one back in part or whole. Nothing in it changes after its number is given.</summary>
internal sealed class Invoice
{
    /// <summary>What <see cref="Kind"/> says of an invoice, as clients and events read it.</summary>
    public const string KindInvoice = "invoice";

    /// <summary>The same of a credit note.</summary>
    public const string KindCreditNote = "credit_note";

    /// <summary>The series of invoices.</summary>
    public const string SeriesInvoice = "F";

    /// <summary>The series of credit notes: the law wants one of their own (from <c>rectificativa</c>).</summary>
    public const string SeriesCreditNote = "R";

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

    /// <summary>In minor units, and positive: of a credit note what it takes back.</summary>
    public long Total { get; init; }

    public required InvoiceDocument Document { get; init; }

    /// <summary>The refund that a credit note is for; none of an invoice.</summary>
    public Guid? RefundId { get; init; }

    public static Invoice Issue(Order order, InvoiceDocument document, IssuedNumber number) => Issue(KindInvoice, order.OrderId, order.UserId, null, document, number);

    /// <summary>The credit note of a refund of this invoice.</summary>
    public Invoice Credit(Guid refundId, InvoiceDocument document, IssuedNumber number) => Issue(KindCreditNote, OrderId, UserId, refundId, document, number);

    private static Invoice Issue(string kind, Guid orderId, Guid userId, Guid? refundId, InvoiceDocument document, IssuedNumber number) => new()
    {
        Id = Guid.CreateVersion7(number.At),
        Kind = kind,
        Series = number.Series,
        Year = number.Year,
        Sequence = number.Sequence,
        Number = number.ToString(),
        OrderId = orderId,
        UserId = userId,
        IssuedAt = number.At,
        Currency = document.Currency,
        Total = document.Total,
        Document = document,
        RefundId = refundId,
    };
}

/// <summary>A number as it stands on the document, <c>F-2026-000001</c>, and the time that was taken with it.</summary>
internal readonly record struct IssuedNumber(string Series, int Year, int Sequence, DateTimeOffset At)
{
    public override string ToString() => $"{Series}-{Year:D4}-{Sequence:D6}";
}
