using EShop.Contracts;
using EShop.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using StackExchange.Redis;

[assembly: Xunit.AssemblyFixture(typeof(EShop.Tests.Messaging.SharedPostgres))]

namespace EShop.Tests.Messaging;

/// <summary>The PostgreSQL that the bus's tests share, each with databases of its own. Started when the first of them asks.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartNewAsync());

    internal Task<PostgresServer> ServerAsync() => _server.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }
}

/// <summary>A Redis, a publisher's database and a subscriber's: one test's own world.</summary>
internal sealed class World : IAsyncDisposable
{
    public const string Stream = "{events:bill}";
    public const string Group = "payment";
    private readonly List<IAsyncDisposable> _running = [];

    public required RedisServer Redis { get; init; }

    public required string Publisher { get; init; }

    public required string Subscriber { get; init; }

    public static async Task<World> BeginAsync(SharedPostgres shared, PostgresServer? subscribers = null)
    {
        var postgres = await shared.ServerAsync();
        var world = new World
        {
            Redis = await RedisServer.StartNewAsync(),
            Publisher = await postgres.CreateDatabaseAsync(),
            Subscriber = await (subscribers ?? postgres).CreateDatabaseAsync(),
        };
        foreach (var database in (string[])[world.Publisher, world.Subscriber])
        {
            await using var db = new TestDb(new DbContextOptionsBuilder<TestDb>().UseNpgsql(database + ";Pooling=false").Options);
            await db.Database.ExecuteSqlRawAsync(db.Database.GenerateCreateScript());
        }

        return world;
    }

    public static BillIssued Bill(string number = "F-1", string kind = "invoice") => new(Guid.CreateVersion7(), Guid.CreateVersion7(), number, kind);

    public async Task<TestService> PublisherAsync() => Keep(await TestService.StartAsync("bill", Publisher, Redis.ConnectionString));

    public async Task<TestService> SubscriberAsync(Action<Script>? script = null) => Keep(await TestService.StartAsync("payment", Subscriber, Redis.ConnectionString, script));

    public Task<long> EffectsAsync() => SubscriberValueAsync<long>("SELECT count(*) FROM effects");

    public Task<long> OrdersWithEffectAsync() => SubscriberValueAsync<long>("SELECT count(DISTINCT order_id) FROM effects");

    public Task<long> DeadLettersAsync() => SubscriberValueAsync<long>("SELECT count(*) FROM dead_letters");

    public Task<T> SubscriberValueAsync<T>(string sql) => ValueAsync<T>(Subscriber, sql);

    public Task<T> PublisherValueAsync<T>(string sql) => ValueAsync<T>(Publisher, sql);

    public Task PublisherExecuteAsync(string sql) => ExecuteAsync(Publisher, sql);

    public Task SubscriberExecuteAsync(string sql) => ExecuteAsync(Subscriber, sql);

    /// <summary>A replica that can be killed.</summary>
    public async Task<Child> ReplicaAsync(string name, string database)
    {
        var assembly = typeof(World).Assembly.Location;
        var child = await Child.StartAsync(
            "root",
            "KILL",
            new Dictionary<string, string>
            {
                ["DOTNET_STARTUP_HOOKS"] = assembly,
                [StartupHook.Name] = name,
                [StartupHook.Postgres] = database,
                [StartupHook.Redis] = Redis.ConnectionString,
            },
            "dotnet",
            "exec",
            assembly);
        _running.Add(child);
        return child;
    }

    /// <summary>Has a consumer that will never come back take everything there is, as long ago as this.</summary>
    public async Task GhostTakesAsync(TimeSpan ago, string ghost = "ghost")
    {
        await Redis.Database.StreamCreateConsumerGroupAsync(Stream, Group, "0");
        foreach (var entry in await Redis.Database.StreamReadGroupAsync(Stream, Group, ghost, ">"))
            await AgeAsync(ghost, entry.Id!, ago);
    }

    public Task AgeAsync(string consumer, string entry, TimeSpan idle) =>
        Redis.Database.ExecuteAsync("XCLAIM", Stream, Group, consumer, 0, entry, "IDLE", (long)idle.TotalMilliseconds, "JUSTID");

    public Task SettledAsync() => Eventually.Get(UnacknowledgedAsync, open => open == 0);

    /// <summary>What the subscriber's group has been given or will be, and has not acknowledged.</summary>
    public async Task<long> UnacknowledgedAsync()
    {
        var group = (await Redis.Database.StreamGroupInfoAsync(Stream)).FirstOrDefault(g => g.Name == Group);
        return group.Name is null ? -1 : group.PendingMessageCount + (group.Lag ?? 0);
    }

    /// <summary>How many entries were ever appended; those that are done may be trimmed already.</summary>
    public async Task<long> AppendedAsync()
    {
        var info = (RedisResult[])(await Redis.Database.ExecuteAsync("XINFO", "STREAM", Stream))!;
        return (long)info[Array.FindIndex(info, name => (string?)name == "entries-added") + 1];
    }

    /// <summary>An entry as a publisher would append it, with fields replaced or, where null, left out.</summary>
    public async Task<string> AppendAsync(BillIssued happened, Guid? id = null, params (string Name, string? Value)[] changes)
    {
        var fields = new Dictionary<string, string?>
        {
            ["id"] = (id ?? Guid.CreateVersion7()).ToString(),
            ["source"] = "/bill",
            ["type"] = BillIssued.Type,
            ["subject"] = happened.Subject,
            ["time"] = "2026-01-02T03:04:05Z",
            ["specversion"] = "1.0",
            ["datacontenttype"] = "application/json",
            ["data"] = System.Text.Json.JsonSerializer.Serialize(happened, EShop.Messaging.EventJson.Options),
        };
        foreach (var (name, value) in changes)
            fields[name] = value;
        return (await Redis.Database.StreamAddAsync(Stream, [.. fields.Where(f => f.Value is not null).Select(f => new NameValueEntry(f.Key, f.Value))]))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_running.Select(async service => await service.DisposeAsync()));
        await Redis.DisposeAsync();
    }

    public async Task StopAsync(TestService service)
    {
        _running.Remove(service);
        await service.DisposeAsync();
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> ValueAsync<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private TestService Keep(TestService service)
    {
        _running.Add(service);
        return service;
    }
}
