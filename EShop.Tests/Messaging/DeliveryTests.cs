using System.Data.Common;
using EShop.Contracts;
using EShop.Messaging;
using EShop.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace EShop.Tests.Messaging;

/// <summary>What was told is heard: once, by whoever subscribes.</summary>
public sealed class DeliveryTests(SharedPostgres postgres)
{
    [Fact]
    public async Task An_event_delivered_five_times_to_two_replicas_takes_effect_once()
    {
        await using var world = await World.BeginAsync(postgres);
        var (once, id) = (World.Bill(), Guid.CreateVersion7());
        await world.AppendAsync(once, id);
        await world.AppendAsync(once, id);
        await world.SubscriberAsync();
        await world.SubscriberAsync();
        for (var i = 0; i < 3; i++)
            await world.AppendAsync(once, id);
        await world.AppendAsync(World.Bill("F-2"));

        await world.SettledAsync();
        Assert.Equal(2, await world.EffectsAsync());
        Assert.Equal(2, await world.OrdersWithEffectAsync());
    }

    [Fact]
    public async Task The_whole_stream_replayed_changes_nothing()
    {
        await using var world = await World.BeginAsync(postgres);
        for (var i = 0; i < 150; i++)
            await world.AppendAsync(World.Bill());
        await world.SubscriberAsync();
        await world.SettledAsync();
        await world.Redis.Database.StreamConsumerGroupSetPositionAsync(World.Stream, World.Group, "0");

        await world.SettledAsync();
        Assert.Equal(150, await world.EffectsAsync());
        Assert.Equal(0, await world.DeadLettersAsync());
    }

    [Fact]
    public async Task Two_replicas_of_each_side_publish_and_apply_each_event_once()
    {
        await using var world = await World.BeginAsync(postgres);
        await world.SubscriberAsync();
        await world.SubscriberAsync();
        var publishers = await Task.WhenAll(world.PublisherAsync(), world.PublisherAsync());
        await Task.WhenAll(publishers.Select(async publisher =>
        {
            for (var i = 0; i < 10; i++)
                await publisher.PublishAsync([.. Enumerable.Range(0, 50).Select(IEvent (n) => World.Bill($"F-{n}"))]);
        }));

        await Eventually.Get(world.OrdersWithEffectAsync, orders => orders == 1000);
        await world.SettledAsync();
        Assert.Equal(1000, await world.EffectsAsync());
        Assert.Equal(1000, await world.AppendedAsync());
        Assert.Equal(0, await world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE published_at IS NULL"));
    }

    [Fact]
    public async Task A_subscriber_that_starts_late_hears_what_was_told_before()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        await publisher.PublishAsync(World.Bill());
        await Eventually.Get(() => world.Redis.Database.StreamLengthAsync(World.Stream), entries => entries == 1);

        await world.SubscriberAsync();
        await Eventually.Get(world.EffectsAsync, effects => effects == 1);
    }

    [Fact]
    public async Task An_event_that_fails_lets_the_others_pass_and_takes_effect_after_them()
    {
        await using var world = await World.BeginAsync(postgres);
        var failed = 0;
        await world.AppendAsync(World.Bill("first"));
        await world.AppendAsync(World.Bill("second"));
        await world.SubscriberAsync(script => script.Run = (happened, _, _) => happened.Number == "first" && Interlocked.Increment(ref failed) <= 2
            ? throw new InvalidOperationException("Not yet.")
            : Task.CompletedTask);

        await Eventually.Get(world.EffectsAsync, effects => effects == 2);
        Assert.Equal("second,first", await world.SubscriberValueAsync<string>("SELECT string_agg(number, ',' ORDER BY id) FROM effects"));
        await world.SettledAsync();
        Assert.Equal(0, await world.SubscriberValueAsync<long>("SELECT count(*) FROM event_tries"));
    }

    [Fact]
    public async Task An_entry_is_a_CloudEvent()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        var bill = World.Bill("F-Ñ");
        await publisher.PublishAsync(bill);

        var entry = (await Eventually.Get(() => world.Redis.Database.StreamRangeAsync(World.Stream), entries => entries.Length == 1))[0];
        var fields = entry.Values.ToDictionary(f => f.Name.ToString(), f => f.Value.ToString());
        Assert.Equal(["id", "source", "type", "subject", "time", "specversion", "datacontenttype", "data"], fields.Keys);
        Assert.Equal(7, Guid.Parse(fields["id"]).Version);
        Assert.Equal(("/bill", "bill.issued", bill.OrderId.ToString()), (fields["source"], fields["type"], fields["subject"]));
        Assert.EndsWith("Z", fields["time"], StringComparison.Ordinal);
        Assert.Equal(("1.0", "application/json"), (fields["specversion"], fields["datacontenttype"]));
        Assert.Equal($$"""{"orderId":"{{bill.OrderId}}","invoiceId":"{{bill.InvoiceId}}","number":"F-Ñ","kind":"invoice"}""", fields["data"]);
        Assert.Equal(fields["data"], await world.PublisherValueAsync<string>("SELECT data FROM outbox"));
        // It is marked a moment after it can be read.
        await Eventually.Get(() => world.PublisherValueAsync<string>("SELECT coalesce(entry_ms || '-' || entry_seq, '') FROM outbox"), marked => marked == entry.Id.ToString());
    }

    [Fact]
    public async Task What_was_rolled_back_is_never_told()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        await using (var scope = publisher.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<TestDb>();
            await using var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
            scope.ServiceProvider.GetRequiredService<IOutbox>().Publish(World.Bill("never"));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await publisher.PublishAsync(World.Bill("told"));
        await Eventually.Get(() => world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"), rows => rows == 1);
        Assert.Equal(1, await world.Redis.Database.StreamLengthAsync(World.Stream));
    }

    [Fact]
    public async Task A_commit_of_which_the_answer_was_lost_wakes_the_relay_all_the_same()
    {
        var database = await (await postgres.ServerAsync()).CreateDatabaseAsync() + ";Pooling=false";
        using var relay = new EShop.Messaging.Signal();
        var commits = new OutboxInterceptor(relay);
        await using var db = new TestDb(new DbContextOptionsBuilder<TestDb>().UseNpgsql(database).AddInterceptors(commits, new LostAnswer()).Options);
        await db.Database.ExecuteSqlRawAsync(db.Database.GenerateCreateScript(), TestContext.Current.CancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        db.Effects.Add(new() { OrderId = Guid.CreateVersion7(), Number = "F-1" });
        commits.Expect(db);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        Assert.False(await relay.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));

        await Assert.ThrowsAsync<IOException>(() => transaction.CommitAsync(TestContext.Current.CancellationToken));

        Assert.True(await relay.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken));
        await using var other = new TestDb(new DbContextOptionsBuilder<TestDb>().UseNpgsql(database).Options);
        Assert.Equal(1, await other.Effects.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_commit_wakes_the_relay_whether_by_a_transaction_of_its_own_or_by_SQL()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        await publisher.PublishAsync(World.Bill());
        await Eventually.Get(() => world.Redis.Database.StreamLengthAsync(World.Stream), entries => entries == 1);

        // Twelve in a row by the poll of a second would take twelve seconds.
        var started = TimeProvider.System.GetTimestamp();
        for (var told = 2; told <= 13; told++)
        {
            await ((told % 3) switch
            {
                0 => publisher.PublishAsync(World.Bill()),
                1 => InTransactionAsync(publisher),
                _ => BySqlAsync(publisher),
            });
            await Eventually.Get(() => world.Redis.Database.StreamLengthAsync(World.Stream), entries => entries == told);
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task A_service_cannot_publish_for_another()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => publisher.PublishAsync(new OrderUnknown(Guid.CreateVersion7())));
    }

    private static async Task InTransactionAsync(TestService service)
    {
        await using var scope = service.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TestDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        scope.ServiceProvider.GetRequiredService<IOutbox>().Publish(World.Bill());
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    private static async Task BySqlAsync(TestService service)
    {
        await using var scope = service.Services.CreateAsyncScope();
        var outbox = scope.ServiceProvider.GetRequiredService<IOutbox>();
        await using var connection = await service.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { outbox.Compose(World.Bill()).ToInsert() } };
        await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        outbox.Wake();
    }

    private sealed class LostAnswer : DbTransactionInterceptor
    {
        public override async ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            await transaction.CommitAsync(cancellationToken);
            throw new IOException("The connection was cut.");
        }
    }
}
