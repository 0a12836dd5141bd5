using EShop.Contracts;
using EShop.Products;
using Xunit;
using Product = EShop.Products.Product;

namespace EShop.Tests.Products;

/// <summary>What Products does about each event in each state of an order: the table of the list of events, cell by cell.</summary>
public sealed class ReservationTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 1, 52, 0, TimeSpan.Zero);
    private static readonly Guid ProductId = Guid.CreateVersion7();
    private static readonly Guid RefundId = Guid.CreateVersion7();

    private readonly Product _product = Product.Create(ProductId, new CatalogEntry("Cafetera", null, 1250, 21, null, null, null), 10, Now);
    private readonly Order _order = OrderOf((ProductId, 3));
    private readonly Reservation _reservation = new();

    private Shelf Shelf => new(id => id == ProductId ? _product : null);

    private string State => $"{_reservation.Status.ToString().ToLowerInvariant()} {_product.Stock}/{_product.Reserved}";

    [Theory]
    // cart.checked_out
    [InlineData("", "checkout", "reserved 10/3", "stock.reserved")]
    [InlineData("checkout", "checkout", "reserved 10/3", "stock.reserved")]
    [InlineData("checkout pay", "checkout", "committed 7/0", "stock.reserved")]
    [InlineData("checkout cancel", "checkout", "released 10/0", null)]
    [InlineData("cancel", "checkout", "released 10/0", null)]
    [InlineData("sellout checkout", "checkout", "rejected 2/0", "stock.rejected")]
    // payment.canceled
    [InlineData("", "cancel", "released 10/0", null)]
    [InlineData("checkout", "cancel", "released 10/0", null)]
    [InlineData("checkout cancel", "cancel", "released 10/0", null)]
    [InlineData("sellout checkout", "cancel", "rejected 2/0", null)]
    // payment.succeeded
    [InlineData("", "pay", "unknown 10/0", null)]
    [InlineData("checkout", "pay", "committed 7/0", null)]
    [InlineData("checkout pay", "pay", "committed 7/0", null)]
    // payment.refunded
    [InlineData("", "refund", "unknown 10/0", null)]
    [InlineData("checkout", "refund", "committed 8/0", null)]
    [InlineData("checkout pay", "refund", "committed 8/0", null)]
    [InlineData("checkout pay refund", "refund", "committed 8/0", null)]
    // what came too early is applied with the reservation
    [InlineData("pay", "checkout", "committed 7/0", "stock.reserved")]
    [InlineData("refund", "checkout", "committed 8/0", "stock.reserved")]
    [InlineData("refund pay", "checkout", "committed 8/0", "stock.reserved")]
    [InlineData("pay refund refund", "checkout", "committed 8/0", "stock.reserved")]
    [InlineData("pay refund checkout", "refund", "committed 8/0", null)]
    public void Each_event_does_in_each_state_what_the_table_says(string before, string happens, string state, string? told)
    {
        foreach (var earlier in before.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Happen(earlier);

        var answer = Happen(happens);

        Assert.Equal(state, State);
        Assert.Equal(told, answer switch { StockReserved => StockReserved.Type, StockRejected => StockRejected.Type, _ => null });
    }

    [Theory]
    [InlineData("checkout pay", "cancel")]
    [InlineData("pay", "cancel")]
    [InlineData("refund", "cancel")]
    [InlineData("cancel", "pay")]
    [InlineData("cancel", "refund")]
    [InlineData("checkout cancel", "pay")]
    [InlineData("checkout cancel", "refund")]
    [InlineData("sellout checkout", "pay")]
    [InlineData("sellout checkout", "refund")]
    public void What_cannot_be_true_changes_nothing_and_is_thrown_out(string before, string happens)
    {
        foreach (var earlier in before.Split(' '))
            Happen(earlier);
        var state = State;

        Assert.Throws<OrderFateException>(() => Happen(happens));

        Assert.Equal(state, State);
    }

    [Fact]
    public void A_rejection_names_the_lines_that_failed_and_says_the_same_again()
    {
        var unknown = Guid.CreateVersion7();
        var order = OrderOf((ProductId, 11), (unknown, 1));

        var first = Assert.IsType<StockRejected>(_reservation.CheckOut(order, Shelf));
        _product.PutBack(100);
        var again = Assert.IsType<StockRejected>(_reservation.CheckOut(order, Shelf));

        Assert.Equal([new RejectedLine(ProductId, 11, 10), new RejectedLine(unknown, 1, 0)], first.Lines.OrderByDescending(line => line.Requested));
        Assert.Equal(first.Lines, again.Lines);
    }

    [Fact]
    public void Two_lines_of_one_product_are_held_together_or_not_at_all()
    {
        Assert.IsType<StockRejected>(_reservation.CheckOut(OrderOf((ProductId, 6), (ProductId, 5)), Shelf));

        var other = new Reservation();
        Assert.IsType<StockReserved>(other.CheckOut(OrderOf((ProductId, 6), (ProductId, 4)), Shelf));
        Assert.Equal(10, _product.Reserved);
    }

    [Fact]
    public void A_deleted_product_takes_no_new_order_and_keeps_the_open_ones()
    {
        _reservation.CheckOut(_order, Shelf);
        _product.Delete(Now);

        Assert.IsType<StockRejected>(new Reservation().CheckOut(OrderOf((ProductId, 1)), Shelf));
        _reservation.Pay(Shelf, Now);

        Assert.Equal("committed 7/0", State);
    }

    [Fact]
    public void However_many_refunds_there_are_no_more_comes_back_than_was_sold()
    {
        _reservation.CheckOut(_order, Shelf);
        foreach (var lines in new (Guid, int)[]?[] { [(ProductId, 2)], null, [(ProductId, 3)], null })
            _reservation.Refund(Refund(Guid.CreateVersion7(), lines, restock: true), Shelf, Now);

        Assert.Equal("committed 10/0", State);
    }

    [Fact]
    public void A_refund_that_does_not_restock_leaves_the_shelf_alone()
    {
        _reservation.CheckOut(_order, Shelf);
        _reservation.Refund(Refund(RefundId, [(ProductId, 2)], restock: false), Shelf, Now);

        Assert.Equal("committed 7/0", State);
    }

    [Fact]
    public void A_refund_of_what_the_order_never_had_is_thrown_out()
    {
        _reservation.CheckOut(_order, Shelf);

        Assert.Throws<OrderFateException>(() => _reservation.Refund(Refund(RefundId, [(Guid.CreateVersion7(), 1)], restock: true), Shelf, Now));

        Assert.Equal("reserved 10/3", State);
    }

    [Fact]
    public void A_payment_that_came_early_is_due_since_then_until_the_checkout()
    {
        _reservation.Pay(Shelf, Now);
        _reservation.Refund(Refund(RefundId, [(ProductId, 1)], restock: true), Shelf, Now.AddMinutes(1));
        Assert.Equal(Now, _reservation.DueSince);

        _reservation.CheckOut(_order, Shelf);

        Assert.Null(_reservation.DueSince);
    }

    [Fact]
    public void Every_move_counts_the_stock_version_and_no_sale_counts_the_catalogues()
    {
        _reservation.CheckOut(_order, Shelf);
        _reservation.Pay(Shelf, Now);
        _reservation.Refund(Refund(RefundId, [(ProductId, 1)], restock: true), Shelf, Now);

        Assert.Equal("1.4", _product.ETag);
    }

    private static Order OrderOf(params (Guid Product, int Quantity)[] lines) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), new Buyer("Núria", "nuria@example.com"), null, "es", "EUR",
        [.. lines.Select(line => new OrderLine(line.Product, "Cafetera", line.Quantity, 1250, 21))], lines.Sum(line => line.Quantity) * 1250);

    private PaymentRefunded Refund(Guid refundId, (Guid Product, int Quantity)[]? lines, bool restock) =>
        new(_order, refundId, 1250, lines is null ? null : [.. lines.Select(line => new RefundedLine(line.Product, line.Quantity))], restock);

    private IEvent? Happen(string what)
    {
        switch (what)
        {
            case "sellout":
                _product.SetStock(2, Now);
                return null;
            case "checkout":
                return _reservation.CheckOut(_order, Shelf);
            case "cancel":
                _reservation.Cancel(Shelf);
                return null;
            case "pay":
                _reservation.Pay(Shelf, Now);
                return null;
            case "refund":
                _reservation.Refund(Refund(RefundId, [(ProductId, 1)], restock: true), Shelf, Now);
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, null);
        }
    }
}
