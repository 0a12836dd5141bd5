using EShop.Messaging;
using EShop.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Xunit;

namespace EShop.Tests.Messaging;

/// <summary>Processes die between any two steps, and nothing is lost or done twice.</summary>
public sealed class ReplicaTests(SharedPostgres postgres)
{
    [Fact]
    public async Task What_a_killed_consumer_held_is_claimed()
    {
        await using var world = await World.BeginAsync(postgres);
        await world.AppendAsync(World.Bill("hangs"));
        var victim = await world.ReplicaAsync("payment", world.Subscriber);
        await Eventually.Get(() => PendingAsync(world), pending => pending.Length == 1);
        victim.Send(Signal.Kill);
        await victim.ExitAsync();

        await world.SubscriberAsync();
        await Eventually.Get(world.EffectsAsync, effects => effects == 1, TimeSpan.FromSeconds(30));
        await world.SettledAsync();
    }

    [Fact]
    public async Task A_relay_killed_between_append_and_mark_publishes_twice_and_it_is_applied_once()
    {
        await using var world = await World.BeginAsync(postgres);
        using var notStarted = TestService.Build("bill", world.Publisher, world.Redis.ConnectionString);
        await world.PublisherExecuteAsync(
            """
            CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3600); RETURN NEW; END $$;
            CREATE TRIGGER hang BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION hang();
            """);
        await TestService.PublishAsync(notStarted.Services, World.Bill());
        var victim = await world.ReplicaAsync("bill", world.Publisher);
        await Eventually.Get(() => world.Redis.Database.StreamLengthAsync(World.Stream), entries => entries == 1);
        victim.Send(Signal.Kill);
        await victim.ExitAsync();
        await world.PublisherExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await world.PublisherExecuteAsync("DROP TRIGGER hang ON outbox");

        await world.PublisherAsync();
        await world.SubscriberAsync();
        var entries = await Eventually.Get(() => world.Redis.Database.StreamRangeAsync(World.Stream), entries => entries.Length == 2);
        Assert.Equal(entries[0]["id"], entries[1]["id"]);
        await world.SettledAsync();
        Assert.Equal(1, await world.EffectsAsync());
    }

    [Fact]
    public async Task A_batch_that_takes_long_is_renewed_and_not_claimed_from_under_its_consumer()
    {
        await using var world = await World.BeginAsync(postgres);
        await world.AppendAsync(World.Bill());
        var gate = new TaskCompletionSource();
        await world.SubscriberAsync(script => script.Run = (_, _, _) => gate.Task);
        await Eventually.Get(() => PendingAsync(world), pending => pending is [{ IdleTimeInMilliseconds: > 2000 }]);

        await Eventually.Get(() => PendingAsync(world), pending => pending is [{ IdleTimeInMilliseconds: < 1000 }]);
        gate.SetResult();
        await world.SettledAsync();
        Assert.Equal(1, await world.EffectsAsync());
    }

    [Fact]
    public async Task A_dead_consumers_name_is_removed_only_when_it_holds_nothing()
    {
        await using var world = await World.BeginAsync(postgres);
        await world.AppendAsync(World.Bill());
        await world.GhostTakesAsync(TimeSpan.Zero, "holds");
        await world.Redis.Database.ExecuteAsync("XGROUP", "CREATECONSUMER", World.Stream, World.Group, "holds nothing");
        using var host = TestService.Build("payment", world.Subscriber, world.Redis.ConnectionString);
        await using var reader = new EShop.Messaging.StreamReader(host.Services.GetRequiredService<Broker>(), host.Services.GetRequiredService<EventBus>(), "bill");
        await Eventually.Get(() => ConsumersAsync(world), consumers => consumers.Length == 2 && consumers.All(c => c.IdleTimeInMilliseconds > 10));

        await reader.RemoveDeadAsync(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        Assert.Equal("holds", Assert.Single(await ConsumersAsync(world)).Name);
        Assert.Single(await PendingAsync(world));
    }

    [Fact]
    public async Task A_stop_finishes_the_batch_and_leaves_the_group()
    {
        await using var world = await World.BeginAsync(postgres);
        for (var i = 0; i < 10; i++)
            await world.AppendAsync(World.Bill());
        var (gate, entered) = (new TaskCompletionSource(), new TaskCompletionSource());
        var subscriber = await world.SubscriberAsync(script => script.Run = (_, _, _) =>
        {
            entered.TrySetResult();
            return gate.Task;
        });
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var started = TimeProvider.System.GetTimestamp();
        var stopping = world.StopAsync(subscriber);
        gate.SetResult();
        await stopping;

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 4);
        Assert.Equal(10, await world.EffectsAsync());
        Assert.Empty(await PendingAsync(world));
        Assert.Empty(await ConsumersAsync(world));
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_the_end_of_a_read_that_blocks()
    {
        await using var world = await World.BeginAsync(postgres);
        await world.AppendAsync(World.Bill());
        var subscriber = await world.SubscriberAsync();
        await Eventually.Get(world.EffectsAsync, effects => effects == 1);
        // Redis counts from the last time that the consumer asked: this read has just begun.
        await Eventually.Get(() => ConsumersAsync(world), consumers => consumers is [{ PendingMessageCount: 0, IdleTimeInMilliseconds: < 500 }]);
        var started = TimeProvider.System.GetTimestamp();
        await world.StopAsync(subscriber);

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 3);
        Assert.Empty(await ConsumersAsync(world));
    }

    private static Task<StreamPendingMessageInfo[]> PendingAsync(World world) =>
        world.Redis.Database.StreamPendingMessagesAsync(World.Stream, World.Group, 100, RedisValue.Null);

    private static Task<StreamConsumerInfo[]> ConsumersAsync(World world) => world.Redis.Database.StreamConsumerInfoAsync(World.Stream, World.Group);
}
