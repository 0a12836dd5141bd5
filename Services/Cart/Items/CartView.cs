using System.Text.Json.Serialization;

namespace EShop.Cart.Items;

/// <summary>A cart as its owner sees it, with today's prices.</summary>
internal sealed record CartView(IReadOnlyList<CartItem> Items, decimal Total, string Currency, long Version)
{
    /// <summary>Grows whenever a product that is in the cart changes its price, name or stock.</summary>
    [JsonIgnore]
    public long Revision { get; init; }

    /// <summary>The cart's version, which an <c>If-Match</c> compares alone, and the revision of its products, so that a cache sees new prices.</summary>
    [JsonIgnore]
    public string Tag => $"{Version}.{Revision}";
}

internal sealed record CartItem(Guid ProductId, string Name, string? ImageUrl, decimal UnitPrice, int Quantity, decimal LineTotal, int Available);
