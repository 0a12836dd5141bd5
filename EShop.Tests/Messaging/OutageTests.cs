using EShop.Contracts;
using EShop.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace EShop.Tests.Messaging;

/// <summary>Redis or Postgres goes away and comes back, with or without its memory: nothing is parked, nothing is lost.</summary>
public sealed class OutageTests(SharedPostgres postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    [Fact]
    public async Task Redis_that_hangs_costs_health_but_no_event()
    {
        await using var world = await World.BeginAsync(postgres);
        var (publisher, subscriber) = (await world.PublisherAsync(), await world.SubscriberAsync());
        await publisher.PublishAsync(World.Bill());
        await Eventually.Get(world.EffectsAsync, effects => effects == 1);
        world.Redis.Send(Signal.Stop);
        await publisher.PublishAsync([.. Enumerable.Range(0, 20).Select(IEvent (_) => World.Bill())]);
        await Eventually.Get(subscriber.HealthAsync, health => health == HealthStatus.Degraded);
        await publisher.PublishAsync([.. Enumerable.Range(0, 20).Select(IEvent (_) => World.Bill())]);
        world.Redis.Send(Signal.Cont);

        await AllArrivedAsync(world, 41);
        await Eventually.Get(subscriber.HealthAsync, health => health == HealthStatus.Healthy);
    }

    [Fact]
    public async Task Redis_that_dies_and_returns_empty_is_told_again()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        var subscriber = await world.SubscriberAsync();
        await publisher.PublishAsync([.. Enumerable.Range(0, 20).Select(IEvent (_) => World.Bill())]);
        await Eventually.Get(world.EffectsAsync, effects => effects == 20);
        // Told, but heard by nobody yet: only the outbox knows them after the death.
        await world.StopAsync(subscriber);
        await publisher.PublishAsync([.. Enumerable.Range(0, 20).Select(IEvent (_) => World.Bill())]);
        await Eventually.Get(() => world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE published_at IS NULL"), waiting => waiting == 0);
        await world.Redis.KillAsync();
        await publisher.PublishAsync([.. Enumerable.Range(0, 20).Select(IEvent (_) => World.Bill())]);
        await Eventually.Get(publisher.HealthAsync, health => health == HealthStatus.Degraded);
        await world.Redis.StartAsync();
        await world.SubscriberAsync();

        await AllArrivedAsync(world, 60);
    }

    [Fact]
    public async Task A_flushed_stream_is_published_again_and_its_group_made_anew()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        await world.SubscriberAsync();
        for (var round = 1; round <= 3; round++)
        {
            await publisher.PublishAsync([.. Enumerable.Range(0, 10).Select(IEvent (_) => World.Bill())]);
            await world.Redis.Database.ExecuteAsync("FLUSHALL");
            await publisher.PublishAsync([.. Enumerable.Range(0, 10).Select(IEvent (_) => World.Bill())]);
            await AllArrivedAsync(world, 20 * round);
        }
    }

    [Fact]
    public async Task Postgres_that_dies_and_returns_parks_nothing_and_counts_no_try()
    {
        await using var own = await PostgresServer.StartNewAsync();
        await using var world = await World.BeginAsync(postgres, own);
        var publisher = await world.PublisherAsync();
        await world.SubscriberAsync();
        await publisher.PublishAsync(World.Bill());
        await Eventually.Get(world.EffectsAsync, effects => effects == 1);
        await own.KillAsync();
        await publisher.PublishAsync([.. Enumerable.Range(0, 30).Select(IEvent (_) => World.Bill())]);
        await Eventually.Get(world.UnacknowledgedAsync, open => open == 30);
        // Several attempts have failed by the time that the first half of a second's back-off is over.
        await own.StartAsync();

        await AllArrivedAsync(world, 31);
    }

    [Fact]
    public async Task A_relay_that_fails_as_nobody_foresaw_goes_on_when_the_cause_is_gone()
    {
        await using var world = await World.BeginAsync(postgres);
        using (var notStarted = TestService.Build("bill", world.Publisher, world.Redis.ConnectionString))
            await TestService.PublishAsync(notStarted.Services, World.Bill());
        // A time that is no time: neither the relay nor what counts its backlog can read it.
        await world.PublisherExecuteAsync("ALTER TABLE outbox ALTER COLUMN time TYPE text");
        await world.PublisherAsync();
        await Eventually.Get(() => world.PublisherValueAsync<long>("SELECT seq_scan + idx_scan FROM pg_stat_user_tables WHERE relname = 'outbox'"), scans => scans > 10, Patience);
        await world.PublisherExecuteAsync("ALTER TABLE outbox ALTER COLUMN time TYPE timestamptz USING time::timestamptz");

        await Eventually.Get(() => world.Redis.Database.StreamLengthAsync(World.Stream), entries => entries == 1);
    }

    private static async Task AllArrivedAsync(World world, int events)
    {
        await Eventually.Get(world.OrdersWithEffectAsync, orders => orders == events, Patience);
        await Eventually.Get(world.UnacknowledgedAsync, open => open == 0, Patience);
        Assert.Equal(events, await world.EffectsAsync());
        Assert.Equal(0, await world.DeadLettersAsync());
        Assert.Equal(0, await world.SubscriberValueAsync<long>("SELECT count(*) FROM event_tries"));
    }
}
