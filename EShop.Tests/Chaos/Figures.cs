using System.Globalization;

namespace EShop.Tests.Chaos;

/// <summary>What came of a run, in numbers, and each thing that must not have happened.</summary>
internal sealed class Figures
{
    private readonly SortedDictionary<string, int> _ends = new(StringComparer.Ordinal);

    public int Orders { get; private set; }

    public int Charges { get; set; }

    public int Refunds { get; set; }

    public int Invoices { get; set; }

    public int CreditNotes { get; set; }

    /// <summary>Orders whose lines are not what was put into the cart.</summary>
    public int OtherCarts { get; set; }

    /// <summary>From the end of the last disaster until nothing was left to do.</summary>
    public TimeSpan SettledIn { get; set; }

    public int LostThings { get; private set; }

    public int DoneTwice { get; private set; }

    /// <summary>Empty, if every invariant holds.</summary>
    public List<string> Broken { get; } = [];

    public void Count(int orders, IEnumerable<string> ends)
    {
        Orders = orders;
        foreach (var (end, times) in ends.CountBy(end => end))
            _ends[end] = times;
    }

    public void Lost(string what)
    {
        LostThings++;
        Broken.Add($"lost: {what}");
    }

    public void Twice(string what)
    {
        DoneTwice++;
        Broken.Add($"twice: {what}");
    }

    public void Wrong(string what) => Broken.Add($"wrong: {what}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"""
        orders {Orders}: {string.Join(", ", _ends.Select(end => $"{end.Value} {end.Key}"))}
        charges {Charges}, refunds {Refunds}, invoices {Invoices}, credit notes {CreditNotes}; {OtherCarts} carts had lost or kept an edit; settled {SettledIn.TotalSeconds:0} s after the last disaster
        lost {LostThings}, twice {DoneTwice}, invariants broken {Broken.Count}
        """);
}
