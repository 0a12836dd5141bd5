using System.Text.Json.Serialization;

namespace EShop.Contracts;

/// <summary>An invoice or a credit note has its number.</summary>
/// <param name="Kind"><c>invoice</c> or <c>credit_note</c>.</param>
public sealed record BillIssued(Guid OrderId, Guid InvoiceId, string Number, string Kind) : IEvent<BillIssued>
{
    /// <inheritdoc/>
    public static string Type => "bill.issued";

    /// <inheritdoc/>
    public static string Publisher => "bill";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => OrderId.ToString();
}
