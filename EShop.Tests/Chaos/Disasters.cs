using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Chaos;

/// <summary>Lets happen to the shop what a script says, and puts right what it has broken. What is drawn depends on the seed alone; whom it meets also on who is up.</summary>
internal sealed class Disasters(Shop shop, Script script, int seed, Action<string> say)
{
    private static readonly string[] Victims = ["users", "products", "products", "cart", "cart", "payment", "payment", "payment", "bill", "bill", "web", "stripe"];
    private static readonly string[] Calls = ["/v1/payment_intents", "/v1/payment_intents/*/confirm", "/v1/payment_intents/*/cancel", "/v1/refunds", "/v1/"];
    private static readonly object[] Troubles =
        [new { drop = true }, new { status = 500 }, new { status = 429 }, new { delayMs = 3_000 }, new { delayMs = 30_000 }, new { delayMs = 3_000, drop = true }];

    private readonly ConcurrentDictionary<Disaster, int> _happened = [];
    private readonly ConcurrentDictionary<string, byte> _away = [];
    private readonly ConcurrentBag<Task> _pending = [];

    /// <summary>How often each happened.</summary>
    public IReadOnlyDictionary<Disaster, int> Happened => _happened;

    /// <summary>Until it is told that it is enough; then everything is up again.</summary>
    public async Task Strike(CancellationToken enough)
    {
        var strands = script.Clockwork.Select((one, n) => Clockwork(one.What, one.Every, new Random(seed + 1 + n), enough)).Append(Drawn(new Random(seed), enough)).ToList();
        await Task.WhenAll(strands);
        await Task.WhenAll(_pending);
        await Eventually.True(async () =>
        {
            using var sandbox = shop.Client("stripe");
            return (await sandbox.DeleteAsync("/sandbox/faults", TestContext.Current.CancellationToken)).IsSuccessStatusCode;
        }, TimeSpan.FromSeconds(60), "the sandbox is well again");
        await Task.WhenAll(Shop.Services.Select(service => shop.Healthy(service, TestContext.Current.CancellationToken)));
    }

    private async Task Drawn(Random random, CancellationToken enough)
    {
        while (await Passes(TimeSpan.FromMilliseconds(random.Next(1_000, 4_000)), enough))
            Begin(script.Draw(random), new Random(random.Next()), enough);
    }

    private async Task Clockwork(Disaster what, TimeSpan every, Random random, CancellationToken enough)
    {
        while (await Passes(every, enough))
            Begin(what, new Random(random.Next()), enough);
    }

    // The next one does not wait for the end of the last: a process is killed while another is frozen and the database is away.
    private void Begin(Disaster what, Random random, CancellationToken enough) => _pending.Add(Task.Run(async () =>
    {
        if (await Happens(what, random, enough) is not { } how)
            return;
        _happened.AddOrUpdate(what, 1, (_, times) => times + 1);
        say(how);
    }, CancellationToken.None));

    /// <returns>What happened, or null if there was nobody to happen it to.</returns>
    private async Task<string?> Happens(Disaster what, Random random, CancellationToken enough)
    {
        switch (what)
        {
            case Disaster.Kill:
                return Signalled(Victims[random.Next(Victims.Length)], Signals.Kill, random) is { } killed ? $"kill -9 {killed}" : null;
            case Disaster.Terminate:
                return Signalled(Victims[random.Next(Victims.Length)], Signals.Terminate, random) is { } asked ? $"kill -TERM {asked}" : null;
            case Disaster.Freeze:
                return await Frozen(Victims[random.Next(Victims.Length)], random, enough);
            case Disaster.EmptyRedis:
                return await Emptied();
            case Disaster.KillRedis:
                return Signalled("redis", Signals.Kill, random) is { } redis ? $"kill -9 {redis}" : null;
            case Disaster.FreezeRedis:
                return await Frozen("redis", random, enough);
            case Disaster.StopRedis:
                return await Away("redis", TimeSpan.FromSeconds(random.Next(2, 10)), enough);
            case Disaster.KillPostgres:
                // All its processes end at once, and the next start recovers from the log, as after a power cut.
                return Signalled("postgres", Signals.Quit, random) is { } postgres ? $"kill -QUIT {postgres}" : null;
            case Disaster.StopPostgres:
                return await Away("postgres", TimeSpan.FromSeconds(10), enough);
            case Disaster.Bank:
                var (path, when, calls) = (Calls[random.Next(Calls.Length)], random.Next(2) == 0 ? "before" : "after", random.Next(1, 5));
                var trouble = JsonSerializer.SerializeToNode(Troubles[random.Next(Troubles.Length)])!.AsObject();
                var told = trouble.ToJsonString();
                (trouble["path"], trouble["when"], trouble["calls"]) = (path, when, calls);
                return await Sandbox(trouble) ? $"Stripe: {calls} × {path}, {when}: {told}" : null;
            case Disaster.Webhooks:
                return await Webhooks(random, enough);
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, null);
        }
    }

    private string? Signalled(string resource, int signal, Random random) =>
        One(resource, random) is { } process && Signals.Send(process.Pid, signal) ? process.Id : null;

    private (string Id, int Pid)? One(string resource, Random random)
    {
        var draw = random.Next();
        return shop.Processes(resource) is { Count: > 0 } processes ? processes[draw % processes.Count] : null;
    }

    private async Task<string?> Frozen(string resource, Random random, CancellationToken enough)
    {
        var time = TimeSpan.FromSeconds(random.Next(1, 9));
        if (One(resource, random) is not { } process || !Signals.Send(process.Pid, Signals.Stop))
            return null;
        await Passes(time, enough);
        Signals.Send(process.Pid, Signals.Continue);
        return string.Create(CultureInfo.InvariantCulture, $"kill -STOP {process.Id}, {time.TotalSeconds:0} s");
    }

    private async Task<string?> Emptied()
    {
        try
        {
            await (await shop.Redis()).ExecuteAsync("FLUSHALL");
            return "FLUSHALL";
        }
        catch (StackExchange.Redis.RedisException)
        {
            return null; // It is away.
        }
    }

    private async Task<string?> Away(string server, TimeSpan time, CancellationToken enough)
    {
        if (!_away.TryAdd(server, 0))
            return null;
        try
        {
            if (!await shop.Command(server, "stop"))
                return null;
            await Passes(time, enough);
            await Eventually.True(() => shop.Command(server, "start"));
        }
        finally
        {
            _away.TryRemove(server, out _);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{server} stopped, {time.TotalSeconds:0} s");
    }

    private async Task<string?> Webhooks(Random random, CancellationToken enough)
    {
        var (how, time) = (new[] { "duplicate", "late", "reordered", "off" }[random.Next(4)], TimeSpan.FromSeconds(random.Next(2, 10)));
        if (!await Sandbox(new JsonObject { ["webhooks"] = how }))
            return null;
        await Passes(time, enough);
        await Sandbox(new JsonObject { ["webhooks"] = "on" });
        return string.Create(CultureInfo.InvariantCulture, $"Stripe: webhooks {how}, {time.TotalSeconds:0} s");
    }

    private async Task<bool> Sandbox(JsonObject fault)
    {
        try
        {
            using var sandbox = shop.Client("stripe");
            using var answer = await sandbox.PostAsJsonAsync("/sandbox/faults", fault, TestContext.Current.CancellationToken);
            return answer.EnsureSuccessStatusCode().IsSuccessStatusCode;
        }
        catch (HttpRequestException down) when (down.StatusCode is null)
        {
            return false;
        }
    }

    /// <returns>False once it is enough, without waiting for the rest.</returns>
    private static async Task<bool> Passes(TimeSpan time, CancellationToken enough)
    {
        using var timer = new PeriodicTimer(time);
        try
        {
            return await timer.WaitForNextTickAsync(enough);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return false;
        }
    }
}
