namespace EShop.Bill;

/// <summary>How this service does its work.</summary>
internal sealed class BillOptions
{
    /// <summary>Path of the Chromium that draws; without it, the first known one on the PATH.</summary>
    public string? Browser { get; set; }
}
