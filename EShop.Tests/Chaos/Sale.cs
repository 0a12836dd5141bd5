namespace EShop.Tests.Chaos;

/// <summary>An order as its buyer knows it: what he was told, and what he and the shopkeeper asked for since.</summary>
/// <param name="Lines">What was ordered.</param>
/// <param name="Total">What the checkout said that it costs.</param>
/// <param name="IsAsPutIn">Whether that is what he had put into the cart.</param>
internal sealed record Sale(Guid OrderId, Guid Buyer, IReadOnlyDictionary<Guid, int> Lines, decimal Total, bool IsAsPutIn)
{
    /// <summary>Whether somebody was told that it is paid.</summary>
    public bool ToldPaid { get; set; }

    /// <summary>So many pieces of a product were taken back, and paid back.</summary>
    public Dictionary<Guid, int> TakenBack { get; } = [];

    /// <summary>What went back besides a cancel, and in how many refunds.</summary>
    public (decimal Amount, int Times) PaidBack { get; set; }

    /// <summary>The pieces of a product that have left the shelf for good, where the payment has ended like this.</summary>
    public int Sold(Guid product, string status) => status is "succeeded" or "partially_refunded"
        ? Lines.GetValueOrDefault(product) - TakenBack.GetValueOrDefault(product)
        : 0;
}
