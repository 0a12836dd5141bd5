using EShop.Contracts;
using EShop.Products;
using EShop.Products.Stock;
using EShop.Tests.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace EShop.Tests.Products;

/// <summary>Stock under the handlers on a real database: any order of events, and many at once.</summary>
public sealed class StockTests(SharedPostgres postgres)
{
    private static readonly DateTimeOffset PaidAt = new(2026, 11, 24, 2, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("checkout pay", "committed 7/0")]
    [InlineData("checkout cancel", "released 10/0")]
    [InlineData("checkout cancel cancel", "released 10/0")]
    [InlineData("checkout pay refund", "committed 8/0")]
    [InlineData("checkout checkout pay pay refund", "committed 8/0")]
    [InlineData("checkout pay refund rest", "committed 10/0")]
    [InlineData("checkout pay refund refund money", "committed 8/0")]
    public async Task One_orders_events_end_the_same_in_every_order(string history, string end)
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        foreach (var permutation in Permutations(history.Split(' ')))
        {
            foreach (var together in new[] { false, true })
            {
                var product = await world.ProductAsync(10);
                var order = StockWorld.Order((product, 3));
                var events = EventsOf(order, product, permutation);
                if (together)
                    await world.HappenAsync(events);
                else
                    foreach (var happened in events)
                        await world.HappenAsync(happened);

                var (stock, reserved) = await world.ShelfAsync(product);
                Assert.Equal(end, $"{await world.StatusAsync(order)} {stock}/{reserved}".ToLowerInvariant());
            }
        }
    }

    [Fact]
    public async Task Two_buyers_of_the_last_one_get_one_order_between_them()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        for (var round = 0; round < 20; round++)
        {
            var product = await world.ProductAsync(1);
            world.Published.Clear();

            await Task.WhenAll(
                world.HappenAsync(new CartCheckedOut(StockWorld.Order((product, 1)))),
                world.HappenAsync(new CartCheckedOut(StockWorld.Order((product, 1)))));

            Assert.Equal((1, 1), await world.ShelfAsync(product));
            Assert.Single(world.Published.OfType<StockReserved>());
            Assert.Equal([new RejectedLine(product, 1, 0)], Assert.Single(world.Published.OfType<StockRejected>()).Lines);
        }
    }

    [Fact]
    public async Task A_checkout_and_its_cancellation_at_the_same_moment_hold_nothing()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        var product = await world.ProductAsync(100);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => StockWorld.Order((product, 2))).SelectMany(order => new[]
        {
            world.HappenAsync(new CartCheckedOut(order)),
            world.HappenAsync(new PaymentCanceled(order, "requested")),
        }));

        Assert.Equal((100, 0), await world.ShelfAsync(product));
    }

    [Fact]
    public async Task A_payment_and_a_cancellation_of_a_held_order_at_the_same_moment_have_one_winner()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        var orders = new List<Order>();
        for (var n = 0; n < 20; n++)
        {
            orders.Add(StockWorld.Order((await world.ProductAsync(10), 3)));
            await world.HappenAsync(new CartCheckedOut(orders[n]));
        }

        var failures = await Task.WhenAll(orders.SelectMany(order => new[]
        {
            Record.ExceptionAsync(() => world.HappenAsync(new PaymentSucceeded(order, "pi", "ch", PaidAt))).AsTask(),
            Record.ExceptionAsync(() => world.HappenAsync(new PaymentCanceled(order, "requested"))).AsTask(),
        }));

        Assert.Equal(Enumerable.Repeat(typeof(OrderFateException), 20), failures.OfType<Exception>().Select(failure => failure.GetType()));
        foreach (var order in orders)
        {
            var end = (await world.StatusAsync(order), await world.ShelfAsync(order.Lines[0].ProductId));
            Assert.Contains(end, new[] { (ReservationStatus.Committed, (7, 0)), (ReservationStatus.Released, (10, 0)) });
        }
    }

    [Fact]
    public async Task Every_line_is_held_or_none()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        var (plenty, scarce) = (await world.ProductAsync(10), await world.ProductAsync(1));

        await world.HappenAsync(new CartCheckedOut(StockWorld.Order((plenty, 2), (scarce, 2))));

        Assert.Equal((10, 0), await world.ShelfAsync(plenty));
        Assert.Equal((1, 0), await world.ShelfAsync(scarce));
        Assert.Equal([new RejectedLine(scarce, 2, 1)], Assert.Single(world.Published.OfType<StockRejected>()).Lines);
    }

    [Fact]
    public async Task Batches_over_the_same_products_never_deadlock_and_never_oversell()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        Guid[] products = [.. await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => world.ProductAsync(40)))];
        var orders = Enumerable.Range(0, 240).Select(n => StockWorld.Order((products[n % 6], 1 + (n % 3)), (products[(n * 5 + 1) % 6], 1))).ToArray();

        await Task.WhenAll(orders.Chunk(20).Select(batch => world.HappenAsync([.. batch.Select(IEvent (order) => new CartCheckedOut(order))])));
        var reserved = world.Published.OfType<StockReserved>().Select(answer => answer.Order).ToList();
        await Task.WhenAll(reserved.Chunk(15).Select((batch, n) => world.HappenAsync(
            [.. batch.Select(IEvent (order) => n % 2 == 0 ? new PaymentSucceeded(order, "pi", "ch", PaidAt) : new PaymentCanceled(order, "expired"))])));

        Assert.Equal(240, reserved.Count + world.Published.OfType<StockRejected>().Count());
        var sold = reserved.Chunk(15).Where((_, n) => n % 2 == 0).SelectMany(batch => batch).SelectMany(order => order.Lines).ToLookup(line => line.ProductId, line => line.Quantity);
        foreach (var product in products)
            Assert.Equal((40 - sold[product].Sum(), 0), await world.ShelfAsync(product));
    }

    [Fact]
    public async Task Batches_over_the_same_orders_in_opposite_directions_never_deadlock()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        var product = await world.ProductAsync(1000);
        for (var round = 0; round < 10; round++)
        {
            var orders = Enumerable.Range(0, 40).Select(_ => StockWorld.Order((product, 1))).ToArray();

            await Task.WhenAll(
                world.HappenAsync([.. orders.Select(IEvent (order) => new CartCheckedOut(order))]),
                world.HappenAsync([.. orders.Reverse().Select(IEvent (order) => new PaymentCanceled(order, "requested"))]));
        }

        Assert.Equal((1000, 0), await world.ShelfAsync(product));
    }

    [Fact]
    public async Task The_database_itself_refuses_to_go_below_what_is_reserved()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        var product = await world.ProductAsync(3);
        await world.HappenAsync(new CartCheckedOut(StockWorld.Order((product, 2))));

        foreach (var (stock, reserved) in new[] { (1, 2), (3, 4), (3, -1), (-1, -1) })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => world.InDatabaseAsync(db =>
                db.Database.ExecuteSqlAsync($"UPDATE products SET stock = {stock}, reserved = {reserved} WHERE id = {product}")));
            Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        }
    }

    [Fact]
    public async Task What_contradicts_an_order_rolls_its_transaction_back()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        var product = await world.ProductAsync(5);
        var order = StockWorld.Order((product, 2));
        await world.HappenAsync(new PaymentCanceled(order, "expired"));

        await Assert.ThrowsAsync<OrderFateException>(() => world.HappenAsync(new PaymentSucceeded(order, "pi", "ch", PaidAt)));

        Assert.Equal(ReservationStatus.Released, await world.StatusAsync(order));
        Assert.Equal((5, 0), await world.ShelfAsync(product));
    }

    [Fact]
    public async Task However_often_stock_moves_it_is_told_once_a_second_and_the_last_state_is_told()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        var product = await world.ProductAsync(50);
        var announce = world.Services.GetRequiredService<AnnounceStock>();

        for (var second = 0; second < 3; second++)
        {
            for (var n = 0; n < 4; n++)
            {
                await world.HappenAsync(new CartCheckedOut(StockWorld.Order((product, 1))));
                await Task.WhenAll(announce.AnnounceAsync([product], CancellationToken.None), announce.AnnounceAsync(null, CancellationToken.None));
            }
            world.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Empty(await announce.AnnounceAsync(null, CancellationToken.None));
        Assert.Empty(await announce.AnnounceAsync(null, CancellationToken.None));

        var told = world.Published.OfType<StockChanged>().ToList();
        Assert.Equal(4, told.Count);
        Assert.Equal(new StockChanged(product, 50, 12, 13), told[^1]);
    }

    [Fact]
    public async Task A_product_that_nobody_moved_is_not_told()
    {
        await using var world = await StockWorld.BeginAsync(postgres);
        await world.ProductAsync(50);

        await world.Services.GetRequiredService<AnnounceStock>().AnnounceAsync(null, CancellationToken.None);

        Assert.Empty(world.Published);
    }

    private static IEvent[] EventsOf(Order order, Guid product, IEnumerable<string> history)
    {
        var (refund, rest, money) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        return [.. history.Select(IEvent (name) => name switch
        {
            "checkout" => new CartCheckedOut(order),
            "pay" => new PaymentSucceeded(order, "pi_1", "ch_1", PaidAt),
            "cancel" => new PaymentCanceled(order, "expired"),
            "refund" => new PaymentRefunded(order, refund, 1250, [new RefundedLine(product, 1)], Restock: true),
            "rest" => new PaymentRefunded(order, rest, 2500, null, Restock: true),
            "money" => new PaymentRefunded(order, money, 100, null, Restock: false),
            _ => throw new ArgumentOutOfRangeException(nameof(history)),
        })];
    }

    private static IEnumerable<string[]> Permutations(string[] items) => items.Length <= 1
        ? [items]
        : items.Distinct().SelectMany(first =>
        {
            var at = Array.IndexOf(items, first);
            return Permutations([.. items[..at], .. items[(at + 1)..]]).Select(rest => (string[])[first, .. rest]);
        });
}
