namespace EShop.Bill;

/// <summary>How this service does its work.</summary>
internal sealed class BillOptions
{
    /// <summary>Path of the Chromium that draws; without it, the first known one on the PATH.</summary>
    public string? Browser { get; set; }

    /// <summary>How long the browser is kept with nothing to draw. To start it again costs the next invoice half a second; it and its driver are 280 MB.</summary>
    public TimeSpan BrowserIdle { get; set; } = TimeSpan.FromMinutes(10);
}
