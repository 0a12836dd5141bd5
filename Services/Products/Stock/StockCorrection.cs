namespace EShop.Products.Stock;

/// <summary>Who changed the stock by hand, by how much, and why.</summary>
internal sealed class StockCorrection
{
    public required Guid Id { get; init; }

    public required Guid ProductId { get; init; }

    public required int Delta { get; init; }

    public required string Reason { get; init; }

    public required Guid UserId { get; init; }

    public required DateTimeOffset At { get; init; }
}
