using System.Diagnostics;
using System.Globalization;
using EShop.Tests.Support;
using Npgsql;
using StackExchange.Redis;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G5: no event takes effect twice. All that two replicas of each service have ever told is delivered to them five times more, and then the streams are replayed from their
/// beginning: nothing in any database is different afterwards.</summary>
[Collection(nameof(Twins))]
public sealed class G5NoEventTwiceTests(TwinShop twins)
{
    // What changes by itself, or tells how the bus stands and not what was sold. (A PDF is drawn when there is time; that it never changes is G15.)
    private static readonly string[] NoBusiness = ["relay_state", "event_tries", "schedules", "trusted_keys", "idempotency_keys", "drawing_jobs", "invoice_pdfs", "__EFMigrationsHistory"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_was_ever_told_five_times_more_and_replayed_changes_nothing()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        var (shop, life) = (await twins.ShopAsync(), new EventLife(await twins.ShopAsync()));
        await life.Live();
        await life.NothingIsLost();
        var redis = await shop.Redis();
        var before = await Settled(shop);

        var again = new List<NameValueEntry[]>();
        foreach (var service in TwinShop.Services)
        {
            var entries = await Told(shop, service);
            again.AddRange(entries);
            NameValueEntry[][] five = [.. Enumerable.Repeat(entries, 5).SelectMany(all => all)];
            random.Shuffle(five);
            await Task.WhenAll(five.Select(entry => redis.StreamAddAsync(Stream(service), entry)));
        }

        Assert.True(again.Count > 30, $"{again.Count} events are too few to say anything.");
        // What an event does is committed before it is acknowledged: what it did twice stands in the books by now.
        await Heard(redis);
        Assert.Equal(before, await Books(shop));

        foreach (var service in TwinShop.Services)
        {
            foreach (var group in await redis.StreamGroupInfoAsync(Stream(service)))
            {
                // Those of processes that were killed are still in the group for a while.
                var reading = (await redis.StreamConsumerInfoAsync(Stream(service), group.Name)).Count(consumer => consumer.IdleTimeInMilliseconds < 10_000);
                Assert.Equal(2, reading);
                await redis.StreamConsumerGroupSetPositionAsync(Stream(service), group.Name, "0");
            }
        }

        // Once more with the relays' own answer to entries that they did not append: what is not done is told again.
        await Heard(redis);
        Assert.Equal(before, await Settled(shop));
    }

    private static string Stream(string service) => $"{{events:{service}}}";

    private static Task Heard(IDatabase redis) => Eventually.True(async () =>
    {
        var open = 0L;
        foreach (var service in TwinShop.Services)
            open += (await redis.StreamGroupInfoAsync(Stream(service))).Sum(group => group.PendingMessageCount + (group.Lag ?? 1));
        return open == 0;
    }, TimeSpan.FromSeconds(60), "everything is acknowledged");

    /// <summary>The books, once they have been the same for longer than anybody's poll.</summary>
    private static async Task<IReadOnlyList<string>> Settled(Shop shop)
    {
        var (last, since) = (await Books(shop), Stopwatch.StartNew());
        await Eventually.True(async () =>
        {
            var now = await Books(shop);
            if (!now.SequenceEqual(last))
                since.Restart();
            last = now;
            return since.Elapsed > TimeSpan.FromSeconds(6);
        }, TimeSpan.FromSeconds(60), "the books come to rest");
        return last;
    }

    /// <summary>Every table of every service: how many rows, and a sum over all that is in them.</summary>
    private static async Task<IReadOnlyList<string>> Books(Shop shop)
    {
        List<string> books = [];
        foreach (var service in TwinShop.Services)
        {
            await using var database = await shop.Database($"{service}db");
            await using var list = new NpgsqlCommand("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1", database);
            List<string> tables = [];
            await using (var reader = await list.ExecuteReaderAsync(Stop))
            {
                while (await reader.ReadAsync(Stop))
                    tables.Add(reader.GetString(0));
            }

            foreach (var table in tables.Except(NoBusiness))
            {
                // Of an event that was told, the bus notes when and where; what it says stays. When a payment is read at Stripe again is no business of its own, and changes with time.
                var row = table switch
                {
                    "outbox" => "concat_ws('|', row.id, row.type, row.data)",
                    "payments" => "(to_jsonb(row) - 'read_at')::text",
                    _ => "row::text",
                };
                await using var sum = new NpgsqlCommand($"SELECT '{service}.{table}: ' || count(*) || ' ' || coalesce(md5(string_agg({row}, ';' ORDER BY {row})), '') FROM \"{table}\" AS row", database);
                books.Add((string)(await sum.ExecuteScalarAsync(Stop))!);
            }
        }

        return books;
    }

    /// <summary>What a service has told, as its relay appends it.</summary>
    private static async Task<List<NameValueEntry[]>> Told(Shop shop, string service)
    {
        await using var database = await shop.Database($"{service}db");
        await using var command = new NpgsqlCommand("SELECT id, type, subject, time, data FROM outbox", database);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<NameValueEntry[]> entries = [];
        while (await reader.ReadAsync(Stop))
        {
            entries.Add(
            [
                new("id", reader.GetGuid(0).ToString()), new("source", $"/{service}"), new("type", reader.GetString(1)), new("subject", reader.GetString(2)),
                new("time", (await reader.GetFieldValueAsync<DateTimeOffset>(3, Stop)).ToString("O", CultureInfo.InvariantCulture)), new("specversion", "1.0"),
                new("datacontenttype", "application/json"), new("data", reader.GetString(4)),
            ]);
        }

        return entries;
    }
}
