using EShop.Contracts;
using EShop.Messaging;
using EShop.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace EShop.Tests.Messaging;

/// <summary>Redis forgets: all of it, its tail, its clock, a group. Nothing is lost, nothing takes effect twice, and what was done is not told again.</summary>
public sealed class LossTests(SharedPostgres postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broker_emptied_again_and_again_during_a_run_loses_nothing_and_doubles_nothing()
    {
        await using var world = await World.BeginAsync(postgres);
        var publishers = await Task.WhenAll(world.PublisherAsync(), world.PublisherAsync());
        await Task.WhenAll(world.SubscriberAsync(), world.SubscriberAsync());
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        for (var round = 0; round < 40; round++)
        {
            await publishers[round % 2].PublishAsync([.. Bills(25)]);
            // At any point: before the relay was there, between the append and the reading, while a batch is applied, after its acknowledgement.
            if (random.Next(4) > 0)
                continue;
            using var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(random.Next(1, 60)));
            await moment.WaitForNextTickAsync(Stop);
            await world.Redis.FlushAsync();
        }

        await world.Redis.FlushAsync();
        await AllArrivedAsync(world, 1000);
    }

    [Fact]
    public async Task A_broker_that_returns_without_its_tail_is_told_the_tail()
    {
        await using var world = await World.BeginAsync(postgres);
        var (publisher, subscriber) = (await world.PublisherAsync(), await world.SubscriberAsync());
        await publisher.PublishAsync([.. Bills(10)]);
        await Eventually.Get(world.EffectsAsync, effects => effects == 10, Patience);
        await world.Redis.SaveAsync();
        await publisher.PublishAsync([.. Bills(10)]);
        await Eventually.Get(world.EffectsAsync, effects => effects == 20, Patience);
        await world.StopAsync(subscriber);
        await publisher.PublishAsync([.. Bills(10)]);
        await PublishedAsync(world);
        await world.Redis.KillAsync();
        await world.Redis.StartAsync();
        await world.SubscriberAsync();

        await AllArrivedAsync(world, 30);
    }

    [Fact]
    public async Task What_somebody_else_appends_after_a_loss_does_not_hide_it()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        await publisher.PublishAsync([.. Bills(3)]);
        await PublishedAsync(world);
        await world.Redis.SaveAsync();
        await publisher.PublishAsync([.. Bills(2)]);
        await PublishedAsync(world);
        await world.StopAsync(publisher);
        await world.Redis.KillAsync();
        await world.Redis.StartAsync();
        // Newer than anything that was lost; and the group goes on to it.
        await world.AppendAsync(World.Bill("foreign"));
        await world.SubscriberAsync();
        await Eventually.Get(world.EffectsAsync, effects => effects == 4, Patience);
        await world.SettledAsync();
        using (var relayless = TestService.Build("bill", world.Publisher, world.Redis.ConnectionString))
            await WatermarkOf(relayless.Services).AdvanceAsync(Stop);
        Assert.Equal(0, await world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE done_at IS NOT NULL"));

        await world.PublisherAsync();
        await AllArrivedAsync(world, 6);
    }

    [Fact]
    public async Task Ids_never_come_again_also_where_the_broker_returns_empty_with_an_older_clock()
    {
        await using var world = await World.BeginAsync(postgres);
        // A broker whose clock is a day ahead, as far as its ids tell.
        var ahead = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        var first = await world.AppendAsync(World.Bill("before"));
        await world.Redis.Database.ExecuteAsync("XSETID", World.Stream, $"{ahead}-0");
        var gate = new TaskCompletionSource();
        await world.SubscriberAsync(script => script.Run = (happened, _, _) => happened.Number == "slow" ? gate.Task : Task.CompletedTask);
        await Eventually.Get(world.EffectsAsync, effects => effects == 1, Patience);
        var publisher = await world.PublisherAsync();
        await publisher.PublishAsync(World.Bill("slow"));
        await PublishedAsync(world);
        await Eventually.Get(world.UnacknowledgedAsync, open => open == 1, Patience);
        var before = await LastIdAsync(world);
        Assert.True(before.Ms >= ahead, $"{before} after {first}");
        await world.Redis.FlushAsync();
        await publisher.PublishAsync([.. Bills(5)]);

        var told = await Eventually.Get(() => world.Redis.Database.StreamRangeAsync(World.Stream), entries => entries.Length == 6, Patience);
        Assert.All(told, entry => Assert.True(EntryId.Parse(entry.Id!).CompareTo(before) > 0, $"{entry.Id} after {before}"));
        // Its acknowledgement goes to an id of the life before, and so to nothing.
        gate.SetResult();
        await AllArrivedAsync(world, 7);
    }

    [Fact]
    public async Task The_epoch_tells_of_a_loss_also_where_the_last_id_looks_right()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        await publisher.PublishAsync([.. Bills(5)]);
        await PublishedAsync(world);
        await world.Redis.Database.ScriptEvaluateAsync(
            """
            redis.call('DEL', KEYS[1], KEYS[2])
            redis.call('XGROUP', 'CREATE', KEYS[1], 'payment', '0', 'MKSTREAM')
            redis.call('XSETID', KEYS[1], ARGV[1])
            """,
            [World.Stream, World.Stream + ":epoch"],
            [(await LastIdAsync(world)).ToString()]);
        await world.SubscriberAsync();

        await AllArrivedAsync(world, 5);
    }

    [Fact]
    public async Task Recovery_costs_the_backlog_and_not_the_history()
    {
        await using var world = await World.BeginAsync(postgres);
        var (publisher, subscriber) = (await world.PublisherAsync(), await world.SubscriberAsync());
        for (var i = 0; i < 10; i++)
            await publisher.PublishAsync([.. Bills(100)]);
        await Eventually.Get(() => world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE done_at IS NOT NULL"), done => done == 1000, Patience);
        await world.StopAsync(subscriber);
        await publisher.PublishAsync([.. Bills(20)]);
        await PublishedAsync(world);
        await world.Redis.FlushAsync();

        await Eventually.Get(world.AppendedAsync, appended => appended == 20, Patience);
        await world.SubscriberAsync();
        await AllArrivedAsync(world, 1020);
        Assert.Equal(20, await world.AppendedAsync());
    }

    [Fact]
    public async Task A_backlog_of_many_statements_is_told_again_as_a_whole()
    {
        await using var world = await World.BeginAsync(postgres);
        // What a subscriber that was long away leaves behind: told, in a life that the broker knows nothing of.
        await world.PublisherExecuteAsync(
            """
            INSERT INTO outbox (id, type, subject, time, data, published_at, epoch, entry_ms, entry_seq)
            SELECT gen_random_uuid(), 'bill.framed', n::text, now(), '{}', now(), '0199d5a0-0000-7000-8000-000000000000', 1700000000000 + n / 7, n % 7 FROM generate_series(1, 12003) n;
            INSERT INTO relay_state (publisher, epoch, last_ms, last_seq, watermark_ms, watermark_seq) VALUES ('bill', '0199d5a0-0000-7000-8000-000000000000', 1700000001714, 5, 0, 0)
            """);
        await world.PublisherAsync();

        await Eventually.Get(world.AppendedAsync, appended => appended == 12003, Patience);
        await PublishedAsync(world);
        Assert.Equal(12003, await world.PublisherValueAsync<long>("SELECT count(DISTINCT (entry_ms, entry_seq)) FROM outbox WHERE epoch = (SELECT epoch FROM relay_state)"));
        Assert.Equal(0, await world.PublisherValueAsync<long>("SELECT watermark_ms FROM relay_state"));
    }

    [Fact]
    public async Task A_group_that_was_destroyed_is_made_again_at_the_beginning()
    {
        await using var world = await World.BeginAsync(postgres);
        await world.SubscriberAsync();
        for (var i = 0; i < 10; i++)
            await world.AppendAsync(World.Bill());
        await Eventually.Get(world.EffectsAsync, effects => effects == 10, Patience);
        await world.Redis.Database.ExecuteAsync("XGROUP", "DESTROY", World.Stream, World.Group);
        for (var i = 0; i < 10; i++)
            await world.AppendAsync(World.Bill());

        await AllArrivedAsync(world, 20);
    }

    private static IEnumerable<IEvent> Bills(int count) => Enumerable.Range(0, count).Select(IEvent (_) => World.Bill());

    private static Watermark WatermarkOf(IServiceProvider services) => services.GetServices<IHostedService>().OfType<Watermark>().Single();

    private static Task<long> PublishedAsync(World world) =>
        Eventually.Get(() => world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE published_at IS NULL"), waiting => waiting == 0, Patience);

    private static async Task<EntryId> LastIdAsync(World world) => EntryId.Parse((await world.Redis.Database.StreamInfoAsync(World.Stream)).LastGeneratedId!);

    private static async Task AllArrivedAsync(World world, int events)
    {
        await Eventually.Get(world.OrdersWithEffectAsync, orders => orders == events, Patience);
        await Eventually.Get(world.UnacknowledgedAsync, open => open == 0, Patience);
        Assert.Equal(events, await world.EffectsAsync());
        Assert.Equal(0, await world.DeadLettersAsync());
    }
}
