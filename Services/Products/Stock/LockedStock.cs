namespace EShop.Products.Stock;

/// <summary>What <see cref="LockStock"/> locked, as the handlers find it in the context.</summary>
internal static class LockedStock
{
    public static Reservation LockedReservation(this ProductsDb db, Guid orderId) =>
        db.Reservations.Local.FindEntry(orderId)?.Entity ?? throw new InvalidOperationException($"The fate row of order {orderId} is not locked.");

    public static Shelf LockedShelf(this ProductsDb db) => new(id => db.Products.Local.FindEntry(id)?.Entity);
}
