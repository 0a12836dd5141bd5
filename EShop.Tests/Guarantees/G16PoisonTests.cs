using EShop.Messaging;
using EShop.Tests.Messaging;
using EShop.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Xunit;
using Signal = EShop.Tests.Messaging.Signal;

namespace EShop.Tests.Guarantees;

/// <summary>G16: a poison event stands aside. What can't be applied stands aside, and only that.</summary>
public sealed class G16PoisonTests(SharedPostgres postgres)
{
    private const string Fail = "CREATE FUNCTION fail(state text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = state; END $$";

    [Fact]
    public async Task A_poison_event_is_parked_after_five_tries_and_a_retry_applies_it_once()
    {
        await using var world = await World.BeginAsync(postgres);
        var (poisonous, tries) = (true, 0);
        await world.AppendAsync(World.Bill("good"));
        var id = Guid.CreateVersion7();
        await world.AppendAsync(World.Bill("poison"), id);
        await world.AppendAsync(World.Bill("good as well"));
        var subscriber = await world.SubscriberAsync(script => script.Run = (happened, _, _) =>
        {
            if (happened.Number != "poison" || !poisonous)
                return Task.CompletedTask;
            Interlocked.Increment(ref tries);
            throw new InvalidOperationException("Bitter.");
        });

        await Eventually.Get(world.DeadLettersAsync, letters => letters == 1);
        await world.SettledAsync();
        Assert.Equal(2, await world.EffectsAsync());
        Assert.InRange(tries, 5, 6); // Once more where it was tried together with the others first.
        var letters = subscriber.Services.GetRequiredService<DeadLetters<TestDb>>();
        var letter = Assert.Single(await letters.ListAsync(0, 10, TestContext.Current.CancellationToken));
        Assert.Equal((id, "bill", "bill.issued", 5), (letter.Id, letter.Publisher, letter.Type, letter.Tries));
        Assert.Contains("Bitter.", letter.Error, StringComparison.Ordinal);

        Assert.Equal(RetryResult.Failed, await letters.RetryAsync(id, TestContext.Current.CancellationToken));
        Assert.Equal(2, await world.EffectsAsync());
        poisonous = false;
        var retries = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => letters.RetryAsync(id, TestContext.Current.CancellationToken)));
        Assert.Equal(1, retries.Count(result => result == RetryResult.Applied));
        Assert.Equal(3, retries.Count(result => result == RetryResult.NotFound));
        await world.AppendAsync(World.Bill("poison"), id);
        await world.SettledAsync();
        Assert.Equal(3, await world.EffectsAsync());
        Assert.Equal(0, await world.DeadLettersAsync());
    }

    [Fact]
    public async Task What_cannot_be_read_is_parked_once_and_the_others_pass()
    {
        await using var world = await World.BeginAsync(postgres);
        var bad = Guid.CreateVersion7();
        await world.AppendAsync(World.Bill(), bad, ("data", "{\"orderId\":"));
        await world.AppendAsync(World.Bill(), bad, ("data", "{\"orderId\":"));
        await world.AppendAsync(World.Bill(), null, ("data", "{\"orderId\":\"0199d5a0-0000-7000-8000-000000000000\"}"));
        await world.AppendAsync(World.Bill(), null, ("data", "null"));
        await world.AppendAsync(World.Bill(), null, ("data", null));
        await world.AppendAsync(World.Bill(), null, ("id", null));
        await world.AppendAsync(World.Bill(), null, ("id", "12"));
        await world.AppendAsync(World.Bill(), null, ("type", null));
        await world.AppendAsync(World.Bill(), null, ("time", "yesterday"), ("subject", "nul \0 in it"));
        await world.Redis.Database.StreamAddAsync(World.Stream, "what", new byte[] { 0xff, 0x00, 0xfe });
        await world.AppendAsync(World.Bill("good"));
        await world.SubscriberAsync();

        await world.SettledAsync();
        Assert.Equal(1, await world.EffectsAsync());
        Assert.Equal(9, await world.DeadLettersAsync());
        Assert.Equal(0, await world.SubscriberValueAsync<long>("SELECT sum(tries) FROM dead_letters"));
    }

    [Fact]
    public async Task A_type_that_nobody_here_knows_is_acknowledged_and_counted()
    {
        await using var world = await World.BeginAsync(postgres);
        await using var meter = new Metered("eshop.events.unknown");
        var subscriber = await world.SubscriberAsync();
        meter.Of(subscriber);
        await world.AppendAsync(World.Bill(), null, ("type", "bill.framed"));
        await world.AppendAsync(World.Bill(), null, ("type", "bill.framed"), ("data", "not even JSON"));

        await Eventually.True(() => meter.Total == 2);
        await world.SettledAsync();
        Assert.Equal((0, 0), (await world.EffectsAsync(), await world.DeadLettersAsync()));
    }

    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    [InlineData("55P03")]
    [InlineData("57014")]
    [InlineData("53300")]
    public async Task Conflicts_locks_and_outages_are_no_tries(string state)
    {
        await using var world = await World.BeginAsync(postgres);
        await world.SubscriberExecuteAsync(Fail);
        // Claimed, an event is applied alone and counted; read as new, it is applied as one of a batch first. Both are refused more often than they have tries.
        var (alone, together) = (6, 6);
        await world.AppendAsync(World.Bill("alone"));
        await world.GhostTakesAsync(TimeSpan.FromMinutes(1));
        await world.AppendAsync(World.Bill("together"));
        await world.SubscriberAsync(script => script.Run = async (happened, db, cancellationToken) =>
        {
            if ((happened.Number == "alone" ? Interlocked.Decrement(ref alone) : Interlocked.Decrement(ref together)) >= 0)
                await db.Database.ExecuteSqlAsync($"SELECT fail({state})", cancellationToken);
        });

        await Eventually.Get(world.EffectsAsync, effects => effects == 2);
        await world.SettledAsync();
        Assert.Equal(0, await world.DeadLettersAsync());
    }

    [Theory]
    [InlineData("42P01")]
    [InlineData("42703")]
    [InlineData("42501")]
    [InlineData("0A000")]
    [InlineData("23514")]
    public async Task What_the_database_refuses_a_handler_is_parked_after_its_tries(string state)
    {
        await using var world = await World.BeginAsync(postgres);
        await world.SubscriberExecuteAsync(Fail);
        await world.AppendAsync(World.Bill("broken"));
        await world.AppendAsync(World.Bill("fine"));
        await world.SubscriberAsync(script => script.Run = async (happened, db, cancellationToken) =>
        {
            if (happened.Number == "broken")
                await db.Database.ExecuteSqlAsync($"SELECT fail({state})", cancellationToken);
        });

        await Eventually.Get(world.DeadLettersAsync, letters => letters == 1);
        await world.SettledAsync();
        Assert.Equal("fine", await world.SubscriberValueAsync<string>("SELECT string_agg(number, ',') FROM effects"));
        Assert.Equal(5, await world.SubscriberValueAsync<int>("SELECT tries FROM dead_letters"));
    }

    [Fact]
    public async Task Where_the_whole_schema_is_missing_events_wait_for_it()
    {
        await using var world = await World.BeginAsync(postgres);
        await world.SubscriberExecuteAsync("ALTER SCHEMA public RENAME TO away; CREATE SCHEMA public");
        await world.AppendAsync(World.Bill());
        await world.SubscriberAsync();
        // More often than an event is tried.
        await Eventually.Get(
            () => world.Redis.Database.StreamPendingMessagesAsync(World.Stream, World.Group, 1, RedisValue.Null), pending => pending is [{ DeliveryCount: > 6 }], TimeSpan.FromSeconds(45));
        await world.SubscriberExecuteAsync("DROP SCHEMA public; ALTER SCHEMA away RENAME TO public");

        await Eventually.Get(world.EffectsAsync, effects => effects == 1);
        await world.SettledAsync();
        Assert.Equal(0, await world.DeadLettersAsync());
    }

    [Fact]
    public async Task An_event_that_kills_its_process_is_counted_and_in_the_end_parked_without_being_run()
    {
        await using var world = await World.BeginAsync(postgres);
        var entry = await world.AppendAsync(World.Bill("kills"));
        await world.GhostTakesAsync(TimeSpan.FromMinutes(1));
        var victim = await world.ReplicaAsync("payment", world.Subscriber);
        Assert.True(await victim.ExitAsync() == 128 + (int)Signal.Kill, string.Join('\n', victim.Output));
        Assert.Equal(1, await world.SubscriberValueAsync<int>("SELECT tries FROM event_tries"));

        await world.SubscriberExecuteAsync("UPDATE event_tries SET tries = 5");
        await world.AgeAsync("ghost", entry, TimeSpan.FromMinutes(1));
        var ran = 0;
        await world.SubscriberAsync(script => script.Run = (_, _, _) => Task.FromResult(Interlocked.Increment(ref ran)));
        await Eventually.Get(world.DeadLettersAsync, letters => letters == 1);
        await world.SettledAsync();
        Assert.Equal(0, ran);
    }
}
