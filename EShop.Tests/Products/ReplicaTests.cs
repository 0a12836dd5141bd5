using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Contracts;
using EShop.Tests.Messaging;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Products;

/// <summary>Several processes of Products on one database and one broker.</summary>
public sealed class ReplicaTests(SharedPostgres postgres, SharedProducts shared)
{
    [Fact]
    public async Task Two_replicas_that_start_on_an_empty_database_seed_it_once()
    {
        await using var world = await ProductsWorld.BeginAsync(postgres);

        await Task.WhenAll(world.StartAsync("Development"), world.StartAsync("Development"));

        await Eventually.Get(() => world.ValueAsync<long>("SELECT count(*) FROM products"), count => count > 0);
        Assert.Equal(24, await world.ValueAsync<long>("SELECT count(*) FROM products"));
        Assert.Equal(24, await world.ValueAsync<long>("SELECT count(DISTINCT subject) FROM outbox WHERE type = 'product.created'"));
        Assert.Equal(24, await world.ValueAsync<long>("SELECT count(*) FROM outbox WHERE type = 'product.created'"));
        Assert.Equal(4, await world.ValueAsync<long>("SELECT count(DISTINCT category) FROM products"));
    }

    [Fact]
    public async Task A_change_at_one_replica_is_seen_at_the_other_within_a_second()
    {
        var world = await shared.WorldAsync(postgres);
        var id = await world.ProductAsync(10);
        for (var n = 0; n < 5; n++)
        {
            await world.ShelfAsync(id, world.Other);
            await world.Other.GetAsync("/api/products");

            await world.Admin.PutAsJsonAsync($"/api/products/{id}", new { name = $"Edition {n}", price = 1 });

            await Eventually.Get(() => world.Other.GetStringAsync($"/api/products/{id}"), text => text.Contains($"Edition {n}", StringComparison.Ordinal), TimeSpan.FromSeconds(1));
            await Eventually.Get(() => world.Other.GetStringAsync("/api/products"), text => text.Contains($"Edition {n}", StringComparison.Ordinal), TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Corrections_edits_and_reservations_at_once_lose_no_update()
    {
        var world = await shared.WorldAsync(postgres);
        var id = await world.ProductAsync(100);
        var orders = Enumerable.Range(0, 40).Select(_ => StockWorld.Order((id, 2))).ToArray();
        HttpClient Replica(int n) => n % 2 == 0 ? world.Admin : world.OtherAdmin;

        // A busy machine may answer 503: the caller repeats with its key, and the effect is still one.
        async Task CorrectAsync(int n)
        {
            var key = Guid.NewGuid().ToString();
            await Eventually.Get(
                () => Replica(n).SendAsync(new(HttpMethod.Post, $"/api/products/{id}/stock") { Content = JsonContent.Create(new { delta = 1, reason = "found" }), Headers = { { "Idempotency-Key", key } } }),
                answer => answer.StatusCode == HttpStatusCode.OK);
        }
        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, 30).Select(CorrectAsync)),
            Task.WhenAll(Enumerable.Range(0, 6).Select(n => Replica(n).PutAsJsonAsync($"/api/products/{id}", new { name = $"Edition {n}", price = 1 }))),
            Task.WhenAll(orders.Select(order => world.AppendAsync(new CartCheckedOut(order)))));

        await Eventually.Get(() => world.ValueAsync<long>($"SELECT count(*) FROM reservations WHERE status = 'reserved' AND lines::text LIKE '%{id}%'"), found => found == 40L);
        await Eventually.Get(() => world.ShelfAsync(id), found => found == (130, 80));
        await Eventually.Get(() => world.ShelfAsync(id, world.Other), found => found == (130, 80));
        var product = await world.Guest.GetAsync($"/api/products/{id}");
        Assert.EndsWith(".71\"", product.Headers.ETag!.Tag, StringComparison.Ordinal);
        foreach (var order in orders)
            Assert.Single(await world.PublishedAsync("stock.reserved", order.OrderId));
    }

    [Fact]
    public async Task Each_event_delivered_five_times_to_two_replicas_takes_effect_once()
    {
        var world = await shared.WorldAsync(postgres);
        var id = await world.ProductAsync(10);
        var order = StockWorld.Order((id, 3));
        var (checkedOut, succeeded, refunded) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var refundId = Guid.CreateVersion7();

        for (var n = 0; n < 5; n++)
        {
            await world.AppendAsync(new PaymentRefunded(order, refundId, 1250, [new RefundedLine(id, 1)], Restock: true), refunded);
            await world.AppendAsync(new PaymentSucceeded(order, "pi_1", "ch_1", DateTimeOffset.UtcNow), succeeded);
            await world.AppendAsync(new CartCheckedOut(order), checkedOut);
        }

        await Eventually.Get(() => world.ShelfAsync(id), found => found == (8, 0));
        await Eventually.Get(() => world.ValueAsync<long>($"SELECT count(*) FROM inbox WHERE id IN ('{checkedOut}', '{succeeded}', '{refunded}')"), found => found == 3L);
        Assert.Equal((8, 0), await world.ShelfAsync(id));
        Assert.Single(await world.PublishedAsync("stock.reserved", order.OrderId));
        Assert.Equal(0L, await world.ValueAsync<long>($"SELECT count(*) FROM dead_letters WHERE subject = '{order.OrderId}'"));
    }

    [Fact]
    public async Task A_contradiction_ends_among_the_dead_letters_and_the_next_event_is_handled()
    {
        var world = await shared.WorldAsync(postgres);
        var id = await world.ProductAsync(10);
        var (canceled, fine) = (StockWorld.Order((id, 3)), StockWorld.Order((id, 1)));

        await world.AppendAsync(new PaymentCanceled(canceled, "expired"));
        await world.AppendAsync(new PaymentSucceeded(canceled, "pi_1", "ch_1", DateTimeOffset.UtcNow));
        await world.AppendAsync(new CartCheckedOut(fine));

        await Eventually.Get(() => world.ShelfAsync(id), found => found == (10, 1));
        // Of the two that contradict each other, the one that a replica comes to last is the one that can't be.
        await Eventually.Get(() => world.ValueAsync<long>($"SELECT count(*) FROM dead_letters WHERE type LIKE 'payment.%' AND subject = '{canceled.OrderId}'"), found => found == 1L);
    }

    [Fact]
    public async Task A_sale_between_reading_and_writing_the_stock_is_not_undone()
    {
        var world = await shared.WorldAsync(postgres);
        var id = await world.ProductAsync(10);
        var order = StockWorld.Order((id, 3));
        await world.AppendAsync(new CartCheckedOut(order));
        await Eventually.Get(() => world.ShelfAsync(id), found => found == (10, 3));

        async Task<HttpResponseMessage> Put(int stock, string tag) =>
            await world.Admin.SendAsync(new(HttpMethod.Put, $"/api/products/{id}") { Content = JsonContent.Create(new { name = "x", price = 1, stock }), Headers = { { "If-Match", tag } } });
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Put(20, "\"1.1\"")).StatusCode);
        var below = await Put(2, "\"1.2\"");
        Assert.Equal("urn:eshop:problem:stock-below-reserved", (await below.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        Assert.Equal(HttpStatusCode.OK, (await Put(3, "\"1.2\"")).StatusCode);
        Assert.Equal((3, 3), await world.ShelfAsync(id));
    }

    [Fact]
    public async Task The_others_hear_of_moved_stock_within_seconds_and_once_a_second()
    {
        var world = await shared.WorldAsync(postgres);
        var id = await world.ProductAsync(100);

        var started = TimeProvider.System.GetTimestamp();
        foreach (var _ in Enumerable.Range(0, 30))
            await world.AppendAsync(new CartCheckedOut(StockWorld.Order((id, 1))));

        var told = await Eventually.Get(
            () => world.PublishedAsync("stock.changed", id), events => events.Any(change => change.GetProperty("reserved").GetInt32() == 30));
        Assert.InRange(told.Count, 1, 1 + (int)TimeProvider.System.GetElapsedTime(started).TotalSeconds);
    }
}
