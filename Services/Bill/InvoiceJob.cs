using EShop.Contracts;

namespace EShop.Bill;

/// <summary>A paid order that has no invoice yet. The row goes in the transaction that issues it.</summary>
internal sealed class InvoiceJob
{
    public Guid OrderId { get; init; }
    public required Order Order { get; init; }
    public required string ChargeId { get; init; }
    public DateTimeOffset PaidAt { get; init; }

    /// <summary>Where the order's trace goes on.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Not to be taken before. Whoever takes it moves this on, so that it is taken again if he dies.</summary>
    public DateTimeOffset DueAt { get; set; }

    public int Attempts { get; set; }
}

/// <summary>An issued invoice that is not drawn yet: the same, for the browser.</summary>
internal sealed class DrawingJob
{
    public Guid InvoiceId { get; init; }
    public DateTimeOffset DueAt { get; set; }
    public int Attempts { get; set; }
}

/// <summary>A drawn invoice. Written once: whoever comes second takes what is there.</summary>
internal sealed class InvoicePdf
{
    public Guid InvoiceId { get; init; }
    public required byte[] Content { get; init; }

    /// <summary>SHA-256 of the content in hexadecimal.</summary>
    public required string Hash { get; init; }

    public DateTimeOffset DrawnAt { get; init; }
}

/// <summary>A refund that was told. Each waits here for the credit note that it becomes, whether the invoice is issued yet or not.</summary>
internal sealed class DueCreditNote
{
    public Guid RefundId { get; init; }
    public Guid OrderId { get; init; }
    public required PaymentRefunded Refund { get; init; }
    public string? TraceParent { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Not to be tried before, however long its invoice is there.</summary>
    public DateTimeOffset DueAt { get; init; }

    /// <summary>How often it was refused.</summary>
    public int Attempts { get; init; }
}
