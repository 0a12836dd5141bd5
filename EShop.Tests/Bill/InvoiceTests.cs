using CsCheck;
using EShop.Bill;
using EShop.Contracts;
using Xunit;

namespace EShop.Tests.Bill;

public sealed class InvoiceTests
{
    private static readonly CardPayment Card = new("visa", "4242", "ch_1", DateTimeOffset.UnixEpoch);

    private static readonly string[] Currencies = ["EUR", "JPY", "KWD"];
    private static readonly decimal[] Rates = [0m, 4m, 7.25m, 10m, 21m, 99.99m, 100m];

    private static readonly Gen<Order> Orders = Gen.Select(
        Gen.Int[0, 2].Select(i => Currencies[i]),
        Gen.Select(Gen.Int[1, 999], Gen.Long[0, 99_999_999], Gen.Int[0, 6].Select(i => Rates[i])).List[1, 100],
        (currency, lines) => new Order(
            Guid.NewGuid(), Guid.NewGuid(), new("A buyer", "buyer@example.com"), null, "en", currency,
            [.. lines.Select(line => new OrderLine(Guid.NewGuid(), "Thing", line.Item1, line.Item2, line.Item3))],
            lines.Sum(line => line.Item1 * line.Item2)));

    [Fact]
    public void Every_total_is_a_sum_of_lines_and_the_whole_is_the_orders() => Orders.Sample(order =>
    {
        var document = InvoiceDocument.Of(order, new Seller(), Card);
        Assert.Equal(order.Total, document.Total);
        Assert.Equal(document.Total, document.Net + document.Tax);
        Assert.All(document.Lines, line => Assert.Equal(line.UnitPrice * line.Quantity, line.Net + line.Tax));
        Assert.All(document.Rates, rate =>
        {
            var lines = document.Lines.Where(line => line.TaxRate == rate.TaxRate).ToList();
            Assert.Equal((lines.Sum(l => l.Net), lines.Sum(l => l.Tax), lines.Sum(l => l.Total)), (rate.Net, rate.Tax, rate.Total));
            Assert.Equal(rate.Total, rate.Net + rate.Tax);
        });
        Assert.Equal(document.Lines.Sum(line => line.Tax), document.Rates.Sum(rate => rate.Tax));
    }, iter: 10_000);

    [Fact]
    public void Numbers_count_up_and_their_times_never_go_back()
    {
        var counter = new InvoiceCounter { Series = "F", Year = 2026 };
        var now = new DateTimeOffset(2026, 11, 24, 5, 0, 0, TimeSpan.Zero);
        Assert.Equal("F-2026-000001", counter.Take(now).ToString());
        var second = counter.Take(now.AddMinutes(-5));
        Assert.Equal(("F-2026-000002", now), (second.ToString(), second.At));
    }

    [Fact]
    public void A_year_begins_in_the_time_zone_of_the_store() => Assert.Equal(
        new DateOnly(2027, 1, 1), new StoreOptions { TimeZone = "Europe/Madrid" }.DateOf(new DateTimeOffset(2026, 12, 31, 23, 30, 0, TimeSpan.Zero)));

    [Fact]
    public void A_payment_that_is_told_twice_makes_one_job()
    {
        var order = Orders.Single();
        var known = new KnownOrder { OrderId = order.OrderId };
        var paid = new PaymentSucceeded(order, "pi_1", "ch_1", DateTimeOffset.UnixEpoch);
        Assert.NotNull(known.Pay(paid, null, DateTimeOffset.UnixEpoch));
        Assert.Null(known.Pay(paid, null, DateTimeOffset.UnixEpoch));
        Assert.Equal(order.UserId, known.UserId);
    }
}
