namespace EShop.Bill;

/// <summary>Whose invoices these are, and in which time zone their year begins.</summary>
internal sealed class StoreOptions
{
    /// <summary>Printed on every invoice. Required: an invoice without its seller is none.</summary>
    public Seller Seller { get; set; } = new();

    /// <summary>IANA name. Decides the date of issue, and with it the year of the number.</summary>
    public string TimeZone { get; set; } = "Europe/Madrid";

    public DateOnly DateOf(DateTimeOffset time) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, TimeZoneInfo.FindSystemTimeZoneById(TimeZone)).DateTime);
}
