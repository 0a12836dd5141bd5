namespace EShop.Products.Catalog;

/// <summary>How long or large what the catalogue holds may be; validation and columns agree by it.</summary>
internal static class CatalogLimits
{
    public const int Name = 200;
    public const int Description = 4000;
    public const int Sku = 64;
    public const int Category = 100;
    public const int ImageUrl = 2048;
    public const int Reason = 200;
    public const int Search = 200;

    /// <summary>In the currency's units: a hundred lines of 999 pieces still fit into the minor units of an order.</summary>
    public const decimal Price = 999_999_999m;
}

/// <summary>Columns that the database computes and the model has no member for.</summary>
internal static class CatalogColumns
{
    public const string NameKey = "NameKey";
    public const string SearchText = "SearchText";
}
