using EShop.Contracts;

namespace EShop.Products;

internal enum ReservationStatus
{
    /// <summary>The empty fate row: something is known of the order, but not its checkout.</summary>
    Unknown,
    Reserved,
    Committed,
    Released,
    Rejected,
}

/// <summary>What became of one order's stock. Its row is inserted empty by whichever event comes first and locked before any of them decides, so the events of an order may come in
/// any order, and from two replicas at once. The methods are the table of Products in the list of events, one event each.</summary>
internal sealed class Reservation
{
    public Guid OrderId { get; private set; }

    public ReservationStatus Status { get; private set; }

    /// <summary>What is held or sold, one line a product.</summary>
    public List<ReservationLine> Lines { get; private set; } = [];

    /// <summary>Why it was rejected, kept to give the same answer again.</summary>
    public List<RefusedLine> Refused { get; private set; } = [];

    /// <summary>When a payment or refund came that still waits for the checkout.</summary>
    public DateTimeOffset? DueSince { get; private set; }

    /// <summary>Whether a payment waits for the checkout.</summary>
    public bool PaymentDue { get; private set; }

    public List<DueRefund> DueRefunds { get; private set; } = [];

    /// <summary>Refunds that have been applied: each restocks once.</summary>
    public List<Guid> Refunds { get; private set; } = [];

    private bool IsPaid => PaymentDue || DueRefunds.Count > 0;

    /// <summary>The checkout: holds every line or none, then applies what came too early.</summary>
    /// <returns>The answer to publish, the same one again where it was given before, or null for an order that was canceled first.</returns>
    public IEvent? CheckOut(Order order, Shelf shelf)
    {
        switch (Status)
        {
            case ReservationStatus.Released:
                return null;
            case ReservationStatus.Reserved or ReservationStatus.Committed:
                return new StockReserved(order);
            case ReservationStatus.Rejected:
                return Rejection(order);
        }

        var wanted = Quantities(order.Lines.Select(line => (line.ProductId, line.Quantity)));
        Refused = [.. from line in wanted
                      let sellable = shelf.Sellable(line.Key)
                      where line.Value > sellable
                      select new RefusedLine { ProductId = line.Key, Requested = line.Value, Available = sellable }];
        if (Refused.Count > 0)
        {
            // A payment that waits stays due on the rejected order, so the alert about it goes on until somebody looks.
            Status = ReservationStatus.Rejected;
            return Rejection(order);
        }

        Lines = [.. wanted.Select(line => new ReservationLine { ProductId = line.Key, Quantity = line.Value })];
        foreach (var line in Lines)
            shelf[line.ProductId].Hold(line.Quantity);
        Status = ReservationStatus.Reserved;
        ApplyDue(shelf);
        return new StockReserved(order);
    }

    /// <summary>Payment says that the order ended unpaid.</summary>
    /// <exception cref="OrderFateException">It is paid: letting go of its stock would sell it twice.</exception>
    public void Cancel(Shelf shelf)
    {
        if (Status is ReservationStatus.Committed || IsPaid)
            throw new OrderFateException($"Order {OrderId} is paid, and now said to be canceled.");
        if (Status is ReservationStatus.Released or ReservationStatus.Rejected)
            return;

        foreach (var line in Lines)
            shelf[line.ProductId].Release(line.Quantity);
        Status = ReservationStatus.Released;
    }

    /// <summary>Payment says that the order is paid: what was held leaves the shelf.</summary>
    /// <exception cref="OrderFateException">Nothing is held for it any more.</exception>
    public void Pay(Shelf shelf, DateTimeOffset now)
    {
        RefuseIfNothingIsHeld("paid");
        if (Status is ReservationStatus.Unknown)
        {
            PaymentDue = true;
            DueSince ??= now;
        }
        else
        {
            Commit(shelf);
        }
    }

    /// <summary>Payment says that money went back. It is paid then, whether or not we heard of it before.</summary>
    /// <exception cref="OrderFateException">Nothing is held for it any more, or it never had a product that comes back.</exception>
    public void Refund(PaymentRefunded happened, Shelf shelf, DateTimeOffset now)
    {
        RefuseIfNothingIsHeld("refunded");
        var refund = DueRefund.From(happened);
        if (Status is ReservationStatus.Unknown)
        {
            if (DueRefunds.All(due => due.RefundId != refund.RefundId))
                DueRefunds.Add(refund);
            DueSince ??= now;
            return;
        }

        Commit(shelf);
        Restock(refund, shelf);
    }

    /// <summary>The quantity of each product: two lines of one product are held as one, or the second would not see the first.</summary>
    private static SortedDictionary<Guid, int> Quantities(IEnumerable<(Guid ProductId, int Quantity)> lines)
    {
        var sums = new SortedDictionary<Guid, int>();
        foreach (var (productId, quantity) in lines)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(quantity, 1);
            sums[productId] = checked(sums.GetValueOrDefault(productId) + quantity);
        }
        return sums;
    }

    private StockRejected Rejection(Order order) =>
        new(order, [.. Refused.Select(line => new RejectedLine(line.ProductId, line.Requested, line.Available))]);

    private void RefuseIfNothingIsHeld(string what)
    {
        if (Status is ReservationStatus.Released or ReservationStatus.Rejected)
            throw new OrderFateException($"Order {OrderId} is said to be {what}, and its stock is {Status.ToString().ToLowerInvariant()}.");
    }

    private void ApplyDue(Shelf shelf)
    {
        if (IsPaid)
            Commit(shelf);
        foreach (var refund in DueRefunds)
            Restock(refund, shelf);
        (PaymentDue, DueRefunds, DueSince) = (false, [], null);
    }

    private void Commit(Shelf shelf)
    {
        if (Status is ReservationStatus.Committed)
            return;
        foreach (var line in Lines)
            shelf[line.ProductId].Sell(line.Quantity);
        Status = ReservationStatus.Committed;
    }

    /// <summary>A refund without lines that restocks gives everything back. However many refunds there are and in whichever order they come, no more goes back than was sold.</summary>
    private void Restock(DueRefund refund, Shelf shelf)
    {
        if (Refunds.Contains(refund.RefundId))
            return;
        Refunds.Add(refund.RefundId);
        if (!refund.Restock)
            return;

        foreach (var line in Lines)
        {
            var asked = refund.Lines.Count == 0 ? line.Quantity : refund.Lines.Where(back => back.ProductId == line.ProductId).Sum(back => back.Quantity);
            var back = Math.Min(asked, line.Quantity - line.Restocked);
            if (back <= 0)
                continue;
            line.Restocked += back;
            shelf[line.ProductId].PutBack(back);
        }
    }
}
