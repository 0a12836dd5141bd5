using EShop.Contracts;

namespace EShop.Products;

/// <summary>So many of a product, held or sold, and how many of them came back.</summary>
internal sealed class ReservationLine
{
    public Guid ProductId { get; set; }

    public int Quantity { get; set; }

    public int Restocked { get; set; }
}

/// <summary>A line that could not be held.</summary>
internal sealed class RefusedLine
{
    public Guid ProductId { get; set; }

    public int Requested { get; set; }

    public int Available { get; set; }
}

/// <summary>What a refund gives back to the shelf; one without lines that restocks gives everything back.</summary>
internal sealed class DueRefund
{
    public Guid RefundId { get; set; }

    public bool Restock { get; set; }

    public List<ReturnedLine> Lines { get; set; } = [];

    /// <exception cref="OrderFateException">The order never had a product that comes back.</exception>
    public static DueRefund From(PaymentRefunded happened)
    {
        foreach (var line in happened.Lines ?? [])
        {
            if (happened.Order.Lines.All(ordered => ordered.ProductId != line.ProductId))
                throw new OrderFateException($"Refund {happened.RefundId} gives back product {line.ProductId}, which order {happened.Order.OrderId} never had.");
        }

        return new DueRefund
        {
            RefundId = happened.RefundId,
            Restock = happened.Restock,
            Lines = [.. (happened.Lines ?? []).Select(line => new ReturnedLine { ProductId = line.ProductId, Quantity = line.Quantity })],
        };
    }
}

internal sealed class ReturnedLine
{
    public Guid ProductId { get; set; }

    public int Quantity { get; set; }
}
