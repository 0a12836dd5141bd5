namespace EShop.Products.Stock;

/// <summary>Which state of a product's stock the others were last told, and when. Beside the product and not in it: telling must not wait for reservations, nor they for it.</summary>
internal sealed class StockAnnouncement
{
    public Guid ProductId { get; private set; }

    public long StockVersion { get; private set; }

    public DateTimeOffset AnnouncedAt { get; private set; }
}
