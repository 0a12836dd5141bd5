namespace EShop.Cart;

/// <summary>A customer's or a guest's cart. Its id is the user's (UUIDv7, from the token) or the guest's (UUIDv4, from <c>X-Cart-Id</c>): the versions keep the two
/// apart, so no guest can name a user's cart. Every write to a cart and its lines first locks this row.</summary>
internal sealed class Cart
{
    /// <summary>Lines a cart holds at most.</summary>
    public const int MostLines = 100;

    /// <summary>Pieces a line holds at most.</summary>
    public const int MostPieces = 999;

    public Guid Id { get; private set; }

    public bool Guest { get; private set; }

    /// <summary>Counts the edits; never starts again while the cart lives, so an ETag never comes back.</summary>
    public long Version { get; private set; }

    /// <summary>The day of the last edit. A day and no instant: the purge needs an index on it, and an indexed column that changed with every edit would make every edit
    /// write the indexes too.</summary>
    public DateOnly TouchedOn { get; private set; }
}

/// <summary>So many of a product in a cart. Name and price are the product's of today, so they are not stored here.</summary>
internal sealed class CartLine
{
    public Guid CartId { get; private set; }

    public Guid ProductId { get; private set; }

    public int Quantity { get; private set; }

    public DateTimeOffset AddedAt { get; private set; }
}
