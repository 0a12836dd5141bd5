using System.Globalization;
using System.Security.Cryptography;
using EShop.Bill;
using EShop.Contracts;
using EShop.Tests.Bill;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G15: an issued PDF never changes, and its total is Stripe's amount to the cent.</summary>
[Collection(nameof(Troubled))]
public sealed class G15SamePdfTests(Shop shop)
{
    [Fact]
    public async Task An_issued_PDF_is_the_same_at_every_download_and_its_total_is_what_Stripe_charged()
    {
        var order = await shop.Order(quantity: 3);
        await order.Pay().Ok();
        var bill = await Bills.GenerateAsync(order.Buyer, order.Id);
        var first = SHA256.HashData(await Bills.PdfAsync(order.Buyer, bill));

        foreach (var after in new Func<Task>[] { () => order.Get().Ok(), async () => await shop.Refund(order, amount: 1.01m).Ok(), async () => await shop.Kill("bill") })
        {
            await after();
            Assert.Equal(first, SHA256.HashData(await Bills.PdfAsync(order.Buyer, bill)));
        }

        Assert.Equal(await shop.Ledger(order), (1, 1, (long)(bill.GetProperty("total").GetDecimal() * 100), 101L));
    }
}

/// <summary>G15 in figures: ten thousand random carts, each refunded at random until nothing is left. <c>ESHOP_SEED=…</c> replays a run.</summary>
public sealed class G15ToTheCentTests(ITestOutputHelper output)
{
    private const int Carts = 10_000;

    private static readonly Seller Seller = new() { Name = "EShop" };
    private static readonly string[] Currencies = ["EUR", "JPY", "KWD"];
    private static readonly decimal[] Rates = [0m, 4m, 5.5m, 7.25m, 10m, 21m, 99.99m, 100m];

    [Fact]
    public void Invoices_equal_their_orders_and_all_the_credit_notes_of_one_equal_it_at_every_rate()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("ESHOP_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        output.WriteLine($"ESHOP_SEED={seed}");
        var random = new Random(seed);
        var (notes, byLines, refused) = (0, 0, 0);
        for (var cart = 0; cart < Carts; cart++)
        {
            var order = NextOrder(random);
            var invoice = Issue(order);
            Assert.Equal(order.Total, invoice.Total);
            AddsUp(invoice.Document, $"seed {seed}, cart {cart}");

            var open = new OpenInvoice(invoice, []);
            List<InvoiceDocument> credited = [];
            for (var left = order.Total; left > 0; left = order.Total - credited.Sum(note => note.Total))
            {
                var where = $"seed {seed}, cart {cart}, refund {credited.Count}";
                // A process that starts in the middle reads the notes before it, and comes to the same.
                if (random.Next(4) == 0)
                    open = new(invoice, credited);
                Assert.Null(open.Credit(new(order, Guid.NewGuid(), left + random.Next(1, 3), null, false), Seller));
                refused++;

                var refund = NextRefund(random, order, credited, left);
                var note = open.Credit(refund, Seller);
                Assert.True(note is not null, $"{where}: {refund.Amount} of {left} were refused.");
                Assert.True(note.Total == refund.Amount, $"{where}: {note.Total} is not {refund.Amount}.");
                Assert.Equal(invoice.Number, note.Credits?.Number);
                AddsUp(note, where);
                credited.Add(note);
                NeverMore(invoice.Document, credited, where);
                (notes, byLines) = (notes + 1, byLines + (note.Lines.Count > 0 ? 1 : 0));
            }

            foreach (var sold in invoice.Document.Rates)
                Assert.True(sold == Sum(credited, sold.TaxRate), $"seed {seed}, cart {cart}: {sold} was sold, {Sum(credited, sold.TaxRate)} went back.");
        }

        output.WriteLine($"{Carts} carts, {notes} credit notes, {byLines} of them by lines, {refused} refunds refused.");
        Assert.True(byLines > Carts && notes - byLines > Carts, "Both kinds of refund are met often.");
    }

    [Fact]
    public void Lines_that_come_back_one_by_one_complete_the_tax_that_they_were_sold_with()
    {
        // 9.99 at 21 %: 1.73 of tax each, and 5.20 in three.
        var line = new OrderLine(Guid.NewGuid(), "Thing", 3, 999, 21);
        var order = Of([line], "EUR");
        var open = new OpenInvoice(Issue(order), []);
        var taxes = Enumerable.Range(0, 3).Select(_ => open.Credit(new(order, Guid.NewGuid(), 999, [new(line.ProductId, 1)], true), Seller)!.Lines.Single().Tax);
        Assert.Equal([173, 174, 173], taxes);
        Assert.Equal(520, Issue(order).Document.Tax);
    }

    [Fact]
    public void A_share_is_never_negative_though_many_rates_have_a_cent_each()
    {
        // Rounded one by one, half a cent each would be 1 + 1 + 1, and -1 for the last.
        var order = Of([.. Rates.Take(4).Select(rate => new OrderLine(Guid.NewGuid(), "Thing", 1, 1, rate))], "EUR");
        var note = new OpenInvoice(Issue(order), []).Credit(new(order, Guid.NewGuid(), 2, null, false), Seller)!;
        Assert.Equal([(7.25m, 1L), (4m, 1L)], note.Rates.Select(rate => (rate.TaxRate, rate.Total)));
    }

    [Fact]
    public void What_came_back_that_was_not_sold_or_not_so_often_is_credited_as_an_amount()
    {
        var line = new OrderLine(Guid.NewGuid(), "Thing", 2, 500, 21);
        var order = Of([line], "EUR");
        foreach (RefundedLine[] lines in new RefundedLine[][] { [new(Guid.NewGuid(), 1)], [new(line.ProductId, 3)], [new(line.ProductId, 0)], [new(line.ProductId, -1)], [new(line.ProductId, 2)], [] })
        {
            var note = new OpenInvoice(Issue(order), []).Credit(new(order, Guid.NewGuid(), 500, lines, true), Seller)!;
            Assert.Empty(note.Lines);
            Assert.Equal(new RateTotal(21, 413, 87, 500), note.Rates.Single());
        }

        var twice = new OpenInvoice(Issue(order), []).Credit(new(order, Guid.NewGuid(), 1000, [new(line.ProductId, 1), new(line.ProductId, 1)], true), Seller)!;
        Assert.Equal(2, twice.Lines.Single().Quantity);
    }

    private static void AddsUp(InvoiceDocument document, string where)
    {
        Assert.True(document.Net + document.Tax == document.Total, $"{where}: net and tax are not the total.");
        Assert.True((document.Net, document.Tax, document.Total) == (document.Rates.Sum(rate => rate.Net), document.Rates.Sum(rate => rate.Tax), document.Rates.Sum(rate => rate.Total)), $"{where}: the rates don't add up.");
        Assert.All(document.Rates, rate => Assert.True(rate.Net >= 0 && rate.Tax >= 0 && rate.Net + rate.Tax == rate.Total, $"{where}: {rate}"));
        foreach (var rate in document.Lines.GroupBy(line => line.TaxRate))
        {
            Assert.All(rate, line => Assert.True(line.Net >= 0 && line.Tax >= 0 && line.Net + line.Tax == line.Total && line.Total == line.UnitPrice * line.Quantity, $"{where}: {line}"));
            Assert.True(document.Rates.Single(total => total.TaxRate == rate.Key) == new RateTotal(rate.Key, rate.Sum(line => line.Net), rate.Sum(line => line.Tax), rate.Sum(line => line.Total)), $"{where}: the lines of {rate.Key} % don't add up.");
        }
    }

    private static void NeverMore(InvoiceDocument invoice, List<InvoiceDocument> credited, string where)
    {
        foreach (var sold in invoice.Rates)
        {
            var back = Sum(credited, sold.TaxRate);
            Assert.True(back.Net <= sold.Net && back.Tax <= sold.Tax && back.Total <= sold.Total, $"{where}: {back} went back, {sold} was sold.");
        }
        Assert.All(credited, note => Assert.All(note.Rates, rate => Assert.Contains(invoice.Rates, sold => sold.TaxRate == rate.TaxRate)));
        foreach (var back in credited.SelectMany(note => note.Lines).GroupBy(line => line.ProductId))
            Assert.True(back.Sum(line => line.Quantity) <= invoice.Lines.Single(sold => sold.ProductId == back.Key).Quantity, $"{where}: more came back of {back.Key} than was sold.");
    }

    private static RateTotal Sum(List<InvoiceDocument> notes, decimal taxRate)
    {
        var rates = notes.SelectMany(note => note.Rates).Where(rate => rate.TaxRate == taxRate).ToList();
        return new(taxRate, rates.Sum(rate => rate.Net), rates.Sum(rate => rate.Tax), rates.Sum(rate => rate.Total));
    }

    // As Payment would have it: never more than is left; lines of what is still out, or any amount. One in eight takes all that is left, and some of these name lines that don't make it up.
    private static PaymentRefunded NextRefund(Random random, Order order, List<InvoiceDocument> credited, long left)
    {
        var outside = order.Lines.Select(line => line with { Quantity = line.Quantity - credited.SelectMany(note => note.Lines).Where(back => back.ProductId == line.ProductId).Sum(back => back.Quantity) })
            .Where(line => line.Quantity > 0).ToList();
        var whole = random.Next(8) == 0 || credited.Count > 20;
        var back = whole ? outside : [.. outside.Where(_ => random.Next(2) == 0).Select(line => line with { Quantity = random.Next(1, line.Quantity + 1) })];
        var worth = back.Sum(line => line.UnitPrice * line.Quantity);
        List<RefundedLine>? lines = random.Next(3) == 0 || back.Count == 0 ? null : [.. back.Select(line => new RefundedLine(line.ProductId, line.Quantity))];
        var amount = whole ? left : lines is not null && worth > 0 && worth <= left ? worth : random.NextInt64(1, left + 1);
        return new(order, Guid.NewGuid(), amount, lines, lines is not null);
    }

    private static Order NextOrder(Random random)
    {
        var dear = random.Next(5) == 0;
        OrderLine[] lines = [.. Enumerable.Range(0, random.Next(1, 13)).Select(_ =>
            new OrderLine(Guid.NewGuid(), "Thing", random.Next(1, dear ? 999 : 6), random.NextInt64(0, dear ? 99_999_999 : random.Next(2) == 0 ? 10 : 10_000), Rates[random.Next(Rates.Length)]))];
        return Of(lines, Currencies[random.Next(Currencies.Length)]);
    }

    private static Order Of(OrderLine[] lines, string currency) => new(
        Guid.NewGuid(), Guid.NewGuid(), new("A buyer", "buyer@example.com"), null, "en", currency, lines, lines.Sum(line => line.UnitPrice * line.Quantity));

    private static Invoice Issue(Order order) => Invoice.Issue(
        order, InvoiceDocument.Of(order, Seller, new("visa", "4242", "ch_1", DateTimeOffset.UnixEpoch)), new("F", 2026, 1, DateTimeOffset.UnixEpoch));
}
