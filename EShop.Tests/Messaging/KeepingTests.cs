using EShop.Contracts;
using EShop.Messaging;
using EShop.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace EShop.Tests.Messaging;

/// <summary>How long what is kept is kept.</summary>
public sealed class KeepingTests(SharedPostgres postgres)
{
    [Fact]
    public async Task Done_is_what_every_subscriber_has_acknowledged_and_no_more()
    {
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        var gate = new TaskCompletionSource();
        await publisher.PublishAsync(World.Bill("quick"));
        await Eventually.Get(() => world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"), told => told == 1);
        var watermark = publisher.Services.GetServices<IHostedService>().OfType<Watermark>().Single();
        await watermark.AdvanceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await DoneAsync(world)); // Nobody has subscribed yet.
        // A group that is not declared has read everything; the declared subscriber has no group yet.
        await world.Redis.Database.StreamCreateConsumerGroupAsync(World.Stream, "stray", "$");
        await watermark.AdvanceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await DoneAsync(world));
        await world.Redis.Database.StreamConsumerGroupSetPositionAsync(World.Stream, "stray", "0");

        await world.SubscriberAsync(script => script.Run = (happened, _, _) => happened.Number == "slow" ? gate.Task : Task.CompletedTask);
        await Eventually.Get(world.UnacknowledgedAsync, open => open == 0);
        await watermark.AdvanceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await DoneAsync(world)); // The declared one has acknowledged it, and the other one has read nothing.
        await world.Redis.Database.StreamDeleteConsumerGroupAsync(World.Stream, "stray");
        await publisher.PublishAsync(World.Bill("slow"));
        await Eventually.Get(world.UnacknowledgedAsync, open => open == 1);
        await Eventually.Get(() => DoneAsync(world), done => done == 1);
        await watermark.AdvanceAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await DoneAsync(world));

        gate.SetResult();
        await Eventually.Get(() => DoneAsync(world), done => done == 2);
    }

    [Fact]
    public async Task What_is_done_is_not_published_again_after_a_loss()
    {
        await using var world = await World.BeginAsync(postgres);
        var (publisher, subscriber) = (await world.PublisherAsync(), await world.SubscriberAsync());
        await publisher.PublishAsync(World.Bill());
        await Eventually.Get(() => DoneAsync(world), done => done == 1);
        await world.StopAsync(subscriber);
        await publisher.PublishAsync(World.Bill());
        await Eventually.Get(() => world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE published_at IS NULL"), waiting => waiting == 0);
        await world.Redis.Database.ExecuteAsync("FLUSHALL");

        await Eventually.Get(() => world.Redis.Database.StreamLengthAsync(World.Stream), entries => entries == 1);
        await publisher.PublishAsync(World.Bill());
        await Eventually.Get(() => world.Redis.Database.StreamLengthAsync(World.Stream), entries => entries == 2);
    }

    [Fact]
    public async Task Only_what_is_old_and_done_is_purged()
    {
        await using var world = await World.BeginAsync(postgres);
        var service = await world.SubscriberAsync();
        await InsertAsync(8, "now() - interval '8 days'", "now()");
        await InsertAsync(8, "now() - interval '8 days'", "NULL");
        await InsertAsync(8, "NULL", "NULL");
        await InsertAsync(8, "now() - interval '6 days'", "now()");
        await InsertAsync(6, "now() - interval '6 days'", "now()");
        foreach (var days in (int[])[31, 29])
            await world.SubscriberExecuteAsync($"INSERT INTO inbox VALUES ('{Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-days))}', now() - interval '{days} days')");

        await service.Services.GetServices<IHostedService>().OfType<Housekeeping>().Single().PurgeAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await world.SubscriberValueAsync<long>("SELECT count(*) FROM inbox"));
        Assert.Equal(4, await world.SubscriberValueAsync<long>("SELECT count(*) FROM outbox"));
        Assert.Equal(0, await world.SubscriberValueAsync<long>("SELECT count(*) FROM outbox WHERE published_at < now() - interval '7 days' AND done_at IS NOT NULL"));

        Task InsertAsync(int days, string publishedAt, string doneAt) => world.SubscriberExecuteAsync(
            $"""
            INSERT INTO outbox (id, type, subject, time, data, published_at, done_at)
            VALUES ('{Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-days))}', 't', 's', now(), '', {publishedAt}, {doneAt})
            """);
    }

    [Fact]
    public async Task What_nobody_acknowledged_for_20_days_is_parked_and_told_again_only_while_its_id_is_remembered()
    {
        await using var world = await World.BeginAsync(postgres);
        await using var parked = new Metered("eshop.events.parked");
        var publisher = await world.PublisherAsync();
        parked.Of(publisher);
        await publisher.PublishAsync([.. Enumerable.Range(0, 3).Select(IEvent (n) => World.Bill($"{n}"))]);
        await Eventually.Get(() => world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"), published => published == 3);
        foreach (var (number, days) in (IEnumerable<(int, int)>)[(0, 31), (1, 21), (2, 19)])
        {
            await world.PublisherExecuteAsync(
                $"UPDATE outbox SET id = '{Guid.CreateVersion7(DateTimeOffset.UtcNow.AddDays(-days))}', time = now() - interval '{days} days' WHERE data LIKE '%\"number\":\"{number}\"%'");
        }

        await publisher.Services.GetServices<IHostedService>().OfType<Housekeeping>().Single().PurgeAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await world.PublisherValueAsync<long>("SELECT count(*) FROM outbox"));
        Assert.Equal(2, parked.Total);
        var letters = publisher.Services.GetRequiredService<DeadLetters<TestDb>>();
        var (younger, older) = await letters.ListAsync(0, 10, TestContext.Current.CancellationToken) is [var a, var b] ? a.Id > b.Id ? (a, b) : (b, a) : throw new InvalidOperationException("Not two letters.");
        Assert.Equal(("bill", "bill.issued"), (younger.Publisher, younger.Type));
        Assert.Contains("20 days", younger.Error, StringComparison.Ordinal);

        Assert.Equal(RetryResult.Failed, await letters.RetryAsync(older.Id, TestContext.Current.CancellationToken));
        Assert.Equal(RetryResult.Applied, await letters.RetryAsync(younger.Id, TestContext.Current.CancellationToken));
        await Eventually.Get(world.AppendedAsync, appended => appended == 4);
        var told = (await world.Redis.Database.StreamRangeAsync(World.Stream))[^1];
        Assert.Equal(younger.Id.ToString(), told["id"]);
        Assert.Contains("\"number\":\"1\"", told["data"].ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await letters.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_done_is_trimmed_but_never_beyond_a_group_whether_declared_or_not()
    {
        await using var world = await World.BeginAsync(postgres);
        await using var undeclared = new Metered("eshop.events.groups.undeclared");
        var (publisher, subscriber) = (await world.PublisherAsync(), await world.SubscriberAsync());
        undeclared.Of(publisher);
        await PublishAsync(250);
        await Eventually.Get(() => world.Redis.Database.StreamLengthAsync(World.Stream), entries => entries < 250); // Whole nodes of a hundred.

        await world.Redis.Database.StreamCreateConsumerGroupAsync(World.Stream, "stranger", "$");
        await PublishAsync(250);
        await Eventually.True(() => undeclared.Observed == 1);
        await world.SettledAsync();
        await AdvanceAsync();
        Assert.Equal(250, await DoneAsync(world));
        Assert.InRange(await world.Redis.Database.StreamLengthAsync(World.Stream), 250, 500);

        await world.Redis.Database.ExecuteAsync("XGROUP", "DESTROY", World.Stream, "stranger");
        await Eventually.Get(() => DoneAsync(world), done => done == 500);
        await Eventually.True(() => undeclared.Observed == 0);
        await world.StopAsync(subscriber);
        await world.Redis.Database.ExecuteAsync("XGROUP", "DESTROY", World.Stream, World.Group);
        await PublishAsync(250);
        // One that has read everything is not the one that is missing.
        await world.Redis.Database.StreamCreateConsumerGroupAsync(World.Stream, "stranger", "$");
        await AdvanceAsync();
        Assert.Equal(500, await DoneAsync(world));
        Assert.InRange(await world.Redis.Database.StreamLengthAsync(World.Stream), 250, 500);

        async Task PublishAsync(int events)
        {
            await publisher.PublishAsync([.. Enumerable.Range(0, events).Select(IEvent (_) => World.Bill())]);
            await Eventually.Get(() => world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE published_at IS NULL"), waiting => waiting == 0);
        }

        Task AdvanceAsync() => publisher.Services.GetServices<IHostedService>().OfType<Watermark>().Single().AdvanceAsync(TestContext.Current.CancellationToken);
    }

    private static Task<long> DoneAsync(World world) => world.PublisherValueAsync<long>("SELECT count(*) FROM outbox WHERE done_at IS NOT NULL");
}
