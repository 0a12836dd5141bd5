namespace EShop.Bill;

/// <summary>The last number given in one series and year. Its row is locked while a number is taken and the document stored, in one transaction:
/// a rollback gives the number back, so there is neither a gap nor a twin.</summary>
internal sealed class InvoiceCounter
{
    public required string Series { get; init; }
    public int Year { get; init; }
    public int LastNumber { get; private set; }
    public DateTimeOffset LastAt { get; private set; }

    /// <summary>Takes the next number. Its time is never before that of the number before it, though two machines' clocks differ.</summary>
    public IssuedNumber Take(DateTimeOffset now)
    {
        LastNumber++;
        LastAt = now > LastAt ? now : LastAt;
        return new(Series, Year, LastNumber, LastAt);
    }
}
