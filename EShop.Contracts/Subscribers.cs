namespace EShop.Contracts;

/// <summary>Who reads which stream. An event is done when every subscriber declared here has acknowledged it.</summary>
public static class Subscribers
{
    /// <summary>Publishing service to the services that subscribe to its stream.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Of { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["users"] = ["payment"],
        ["products"] = ["cart", "payment"],
        ["cart"] = ["products", "payment", "bill"],
        ["payment"] = ["products", "cart", "bill"],
        ["bill"] = ["payment"],
    };
}
