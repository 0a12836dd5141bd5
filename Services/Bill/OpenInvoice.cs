using EShop.Contracts;

namespace EShop.Bill;

/// <summary>What is left of an invoice after its credit notes. At every tax rate they never exceed it, neither in net nor in tax nor in total,
/// and once everything has gone back they equal it to the minor unit.</summary>
internal sealed class OpenInvoice(Invoice invoice, IEnumerable<InvoiceDocument> credited)
{
    private readonly InvoiceDocument _sold = invoice.Document;
    private readonly Currency _currency = new(invoice.Currency);
    private readonly List<InvoiceDocument> _credited = [.. credited];

    /// <summary>The credit note of a refund, or null where the refund is of more than is left. The lines that came back stand on it where they make up the amount
    /// and that much is left of their rates; otherwise the amount is spread over the rates.</summary>
    public InvoiceDocument? Credit(PaymentRefunded refund, Seller seller)
    {
        List<RateTotal> left = [.. _sold.Rates.Select(Left)];
        if (refund.Amount <= 0 || refund.Amount > left.Sum(rate => rate.Total))
            return null;
        var lines = Returned(refund.Lines ?? []);
        var byLines = lines.Sum(line => line.Total) == refund.Amount && RateTotal.Of(lines).All(rate => rate.Total <= Of(rate.TaxRate, left).Total);
        lines = byLines ? Fit(lines, left) : [];
        var note = (_sold with { Seller = seller, Credits = new(invoice.Number, invoice.IssuedAt) }).With(lines, byLines ? RateTotal.Of(lines) : Spread(refund.Amount, left));
        _credited.Add(note);
        return note;
    }

    private RateTotal Left(RateTotal sold)
    {
        var taken = _credited.SelectMany(note => note.Rates).Where(rate => rate.TaxRate == sold.TaxRate).ToList();
        return sold with { Net = sold.Net - taken.Sum(rate => rate.Net), Tax = sold.Tax - taken.Sum(rate => rate.Tax), Total = sold.Total - taken.Sum(rate => rate.Total) };
    }

    /// <summary>What came back, at the prices of the sale; none where that is not what was sold and is still out.</summary>
    private List<InvoiceLine> Returned(IReadOnlyList<RefundedLine> lines)
    {
        var quantities = lines.GroupBy(line => line.ProductId).ToDictionary(product => product.Key, product => product.Sum(line => (long)line.Quantity));
        List<InvoiceLine> returned = [];
        foreach (var sold in _sold.Lines)
        {
            if (!quantities.Remove(sold.ProductId, out var quantity))
                continue;
            var before = _credited.SelectMany(note => note.Lines).Where(line => line.ProductId == sold.ProductId).Sum(line => line.Quantity);
            if (quantity <= 0 || quantity > sold.Quantity - before)
                return [];
            returned.Add(Part(sold, before, (int)quantity));
        }
        return quantities.Count == 0 ? returned : [];
    }

    // The tax of all that came back until now, less that of what came back before: the last piece completes the tax that the line was sold with.
    private InvoiceLine Part(InvoiceLine sold, int before, int quantity)
    {
        var price = new Money(sold.UnitPrice, _currency);
        var tax = (price * (before + quantity)).TaxAt(sold.TaxRate) - (price * before).TaxAt(sold.TaxRate);
        return sold with { Quantity = quantity, Net = (price * quantity - tax).Minor, Tax = tax.Minor, Total = (price * quantity).Minor };
    }

    // What was refunded by amount may have left a cent more or less of tax than these lines were sold with: the last of them take it.
    private static List<InvoiceLine> Fit(List<InvoiceLine> lines, List<RateTotal> left)
    {
        foreach (var rate in RateTotal.Of(lines))
        {
            var missing = Bounded(rate.Tax, rate.Total, Of(rate.TaxRate, left)) - rate.Tax;
            for (var i = lines.Count - 1; i >= 0 && missing != 0; i--)
            {
                if (lines[i].TaxRate != rate.TaxRate)
                    continue;
                var tax = Math.Clamp(lines[i].Tax + missing, 0, lines[i].Total);
                missing -= tax - lines[i].Tax;
                lines[i] = lines[i] with { Net = lines[i].Total - tax, Tax = tax };
            }
        }
        return lines;
    }

    /// <summary>An amount in proportion to what is left of each rate; the last one takes the remainder.</summary>
    private List<RateTotal> Spread(long amount, List<RateTotal> left)
    {
        var (all, upToHere, spread) = (left.Sum(rate => rate.Total), 0L, 0L);
        List<RateTotal> shares = [];
        foreach (var rate in left)
        {
            // The rounded share of all rates up to this one, less what they got: no share is negative or more than is left, which shares rounded one by one can be.
            upToHere += rate.Total;
            var share = (long)(((Int128)amount * upToHere * 2 + all) / ((Int128)all * 2)) - spread;
            spread += share;
            if (share == 0)
                continue;
            var before = new Money(Of(rate.TaxRate, _sold.Rates).Total - rate.Total, _currency);
            var tax = (before with { Minor = before.Minor + share }).TaxAt(rate.TaxRate) - before.TaxAt(rate.TaxRate);
            var bounded = Bounded(tax.Minor, share, rate);
            shares.Add(new(rate.TaxRate, share - bounded, bounded, share));
        }
        return shares;
    }

    // Tax and net of a part that are both left: who takes the rest of a rate takes exactly the tax that is left of it.
    private static long Bounded(long tax, long total, RateTotal left) => Math.Clamp(tax, Math.Max(0, total - left.Net), Math.Min(left.Tax, total));

    private static RateTotal Of(decimal taxRate, IReadOnlyList<RateTotal> rates) => rates.Single(rate => rate.TaxRate == taxRate);
}
