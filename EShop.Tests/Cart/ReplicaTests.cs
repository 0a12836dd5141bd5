using System.Net.Http.Json;
using EShop.Cart;
using EShop.Cart.Catalogue;
using EShop.Cart.Orders;
using EShop.Contracts;
using EShop.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EShop.Tests.Cart;

/// <summary>What Cart knows from the events of others, whatever their order.</summary>
public sealed class ReplicaTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_product_that_was_created_is_known_within_two_seconds()
    {
        var admin = await shop.Admin();
        var product = await admin.PostAsJsonAsync("/api/products", new { name = "Taza de té", price = 4.20, stock = 3 }, Stop).Ok(201);
        var id = product.GetProperty("id").GetGuid();
        var guest = shop.Guest();

        await Eventually.True(async () => (await guest.Add(id)).IsSuccessStatusCode, TimeSpan.FromSeconds(2));

        var item = (await guest.Cart()).GetProperty("items")[0];
        Assert.Equal(("Taza de té", 4.20m, 3), (item.GetProperty("name").GetString(), item.GetProperty("unitPrice").GetDecimal(), item.GetProperty("available").GetInt32()));

        await admin.DeleteAsync($"/api/products/{id}", Stop);
        await Eventually.True(async () => (await guest.Cart()).GetProperty("items")[0].GetProperty("available").GetInt32() == 0);
    }

    [Fact]
    public async Task A_products_events_end_alike_in_every_order()
    {
        foreach (var order in Permutations([0, 1, 2, 3]))
        {
            var id = Guid.CreateVersion7();
            IEvent[] events = [new ProductCreated(Product(id, 1, 1, 10, 0)), new ProductUpdated(Product(id, 3, 3, 20, 0)), new StockChanged(id, 10, 4, 2), new StockChanged(id, 20, 5, 4)];

            await Apply(order.Select(n => events[n]));

            Assert.Equal(
                "Edition 3|300|20|5|3|4|f",
                await shop.Value<string>("SELECT concat_ws('|', name, price, stock, reserved, version, stock_version, deleted_at IS NOT NULL) FROM products WHERE id = $1", id));
        }
    }

    [Fact]
    public async Task A_deleted_product_stays_deleted_in_every_order()
    {
        foreach (var order in Permutations([0, 1, 2, 3]))
        {
            var id = Guid.CreateVersion7();
            IEvent[] events = [new ProductCreated(Product(id, 1, 1, 10, 0)), new ProductUpdated(Product(id, 2, 2, 20, 0)), new ProductDeleted(id, 3), new StockChanged(id, 20, 1, 3)];

            await Apply(order.Select(n => events[n]));

            await shop.Guest().Add(id).Is(404, "not-found");
            Assert.Equal(3, await shop.Value<long>("SELECT version FROM products WHERE id = $1", id));
        }
    }

    [Fact]
    public async Task An_orders_end_closes_it_once_also_if_the_order_was_not_known()
    {
        var order = new Order(Guid.CreateVersion7(), Guid.CreateVersion7(), new Buyer("Zoë", "z@eshop.test"), null, "es", "EUR", [new(Guid.CreateVersion7(), "Taza", 1, 420, 21)], 420);

        await Apply([new PaymentCanceled(order, "requested")]);
        var closed = await shop.Value<DateTime>("SELECT closed_at FROM orders WHERE id = $1", order.OrderId);
        await Apply([new StockRejected(order, []), new PaymentSucceeded(order, "pi_1", "ch_1", DateTimeOffset.UtcNow)]);

        Assert.Equal(closed, await shop.Value<DateTime>("SELECT closed_at FROM orders WHERE id = $1", order.OrderId));
    }

    [Fact]
    public async Task An_order_that_Payment_does_not_know_is_told_again_word_for_word()
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica());
        await customer.Client.Add(product).Ok();
        var id = (await customer.Client.CheckOut().Ok(202)).GetProperty("orderId").GetGuid();
        var outbox = new RecordedOutbox();

        await using var db = await Db();
        await new TellOrderAgain(db, outbox, NullLogger<TellOrderAgain>.Instance).HandleAsync(new OrderUnknown(id), Stop);
        await new TellOrderAgain(db, outbox, NullLogger<TellOrderAgain>.Instance).HandleAsync(new OrderUnknown(Guid.CreateVersion7()), Stop);

        var told = Assert.IsType<CartCheckedOut>(Assert.Single(outbox.Events));
        Assert.Equal((id, customer.Id, product), (told.Order.OrderId, told.Order.UserId, told.Order.Lines[0].ProductId));
    }

    // Each event in a transaction of its own, as the bus hands them over.
    private async Task Apply(IEnumerable<IEvent> events)
    {
        foreach (var happened in events)
        {
            await using var db = await Db();
            await using var transaction = await db.Database.BeginTransactionAsync(Stop);
            await new LockRows(db, TimeProvider.System).LockAsync([happened], Stop);
            var (products, orders) = (new ReplicateProduct(db, TimeProvider.System), new CloseOrder(db, TimeProvider.System));
            await (happened switch
            {
                ProductCreated created => products.HandleAsync(created, Stop),
                ProductUpdated updated => products.HandleAsync(updated, Stop),
                ProductDeleted deleted => products.HandleAsync(deleted, Stop),
                StockChanged changed => products.HandleAsync(changed, Stop),
                StockRejected rejected => orders.HandleAsync(rejected, Stop),
                PaymentSucceeded paid => orders.HandleAsync(paid, Stop),
                PaymentCanceled canceled => orders.HandleAsync(canceled, Stop),
                _ => throw new ArgumentOutOfRangeException(nameof(events)),
            });
            await db.SaveChangesAsync(Stop);
            await transaction.CommitAsync(Stop);
        }
    }

    private async Task<CartDb> Db() => new(new DbContextOptionsBuilder<CartDb>()
        .UseNpgsql(await shop.Database("cartdb"), contextOwnsConnection: true).UseSnakeCaseNamingConvention().Options);

    private static Product Product(Guid id, long version, long stockVersion, int stock, int reserved) =>
        new(id, $"Edition {version}", null, version * 100, "EUR", 21, stock, reserved, null, null, null, version, stockVersion);

    private static IEnumerable<int[]> Permutations(int[] of) => of.Length < 2
        ? [of]
        : of.SelectMany(first => Permutations([.. of.Where(n => n != first)]).Select(rest => (int[])[first, .. rest]));
}
