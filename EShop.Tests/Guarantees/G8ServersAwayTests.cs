using System.Collections.Concurrent;
using System.Diagnostics;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G8: Redis, then PostgreSQL, is away amid a rush. Every request ends in an answer or a problem body within five seconds, and once it is back nothing is lost and nothing
/// done twice. In a shop of its own; alone, since its answers are timed.</summary>
[Collection(nameof(Alone))]
public sealed class G8ServersAwayTests(TwinShop twins)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<string> _wrong = new();
    private int _asked;

    [Fact]
    public async Task Redis_and_PostgreSQL_stopped_for_some_seconds_each_answer_in_time_and_lose_nothing() => await Away(TimeSpan.FromSeconds(5), Stopped);

    [Fact(Explicit = true)]
    public async Task Redis_and_PostgreSQL_stopped_for_half_a_minute_each_answer_in_time_and_lose_nothing() => await Away(TimeSpan.FromSeconds(30), Stopped);

    [Fact(Explicit = true)]
    public async Task Redis_and_PostgreSQL_that_hang_for_half_a_minute_each_answer_in_time_and_lose_nothing() => await Away(TimeSpan.FromSeconds(30), Frozen);

    private async Task Away(TimeSpan time, Func<Shop, string, Func<Task>, Task> without)
    {
        var shop = await twins.ShopAsync();
        shop.Watch = () => new Watched(this);
        try
        {
            foreach (var server in new[] { "redis", "postgres" })
            {
                var rush = await Rush.Prepare(shop, products: 3, stock: 200, clients: 6);
                var away = Task.Run(async () =>
                {
                    await Eventually.True(() => rush.Purchases.Count >= 6, TimeSpan.FromSeconds(60), "the rush has begun");
                    await without(shop, server, async () =>
                    {
                        using var back = new PeriodicTimer(time);
                        await back.WaitForNextTickAsync(TestContext.Current.CancellationToken);
                    });
                });
                await rush.Run(purchases: 18, mayEnd: () => away.IsCompleted);
                await away;
                // Those that the tests had open went with the server.
                NpgsqlConnection.ClearAllPools();
                await rush.NothingIsLostAndNothingTwice();
            }
        }
        finally
        {
            shop.Watch = null;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{_asked} requests, each answered within {Longest.TotalSeconds:0} s");
        Assert.Empty(_wrong);
    }

    private static async Task Stopped(Shop shop, string server, Func<Task> meanwhile)
    {
        await TwinShop.Command(shop, server, "stop");
        await meanwhile();
        await TwinShop.Command(shop, server, "start");
    }

    private static async Task Frozen(Shop shop, string server, Func<Task> meanwhile)
    {
        var process = shop.Pid(server)!.Value;
        Signals.SendAll(process, Signals.Stop);
        try
        {
            await meanwhile();
        }
        finally
        {
            Signals.SendAll(process, Signals.Continue);
        }
    }

    private sealed class Watched(G8ServersAwayTests tests) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var (watch, said) = (Stopwatch.StartNew(), "cut off");
            Interlocked.Increment(ref tests._asked);
            try
            {
                var answer = await base.SendAsync(request, cancellationToken);
                await answer.Content.LoadIntoBufferAsync(cancellationToken);
                said = $"{(int)answer.StatusCode} {answer.Content.Headers.ContentType?.MediaType}";
                if (answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
                    said = "";
                return answer;
            }
            finally
            {
                if (said.Length > 0 || watch.Elapsed > Longest)
                    tests._wrong.Enqueue($"{request.Method} {request.RequestUri!.AbsolutePath}: {said} after {watch.Elapsed.TotalSeconds:0.00} s");
            }
        }
    }
}
