using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EShop.Tests.Support;
using StackExchange.Redis;

namespace EShop.Tests.Messaging;

/// <summary>A Redis of the suite's own. By itself it keeps nothing; what is in it when <see cref="SaveAsync"/> is called is what it returns with after a death.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("eshop-tests-redis-").FullName;
    private readonly int _port = FreePort.Take();
    private Child? _server;
    private ConnectionMultiplexer? _connection;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    public IDatabase Database => _connection!.GetDatabase();

    public static async Task<RedisServer> StartNewAsync()
    {
        var server = new RedisServer();
        await server.StartAsync();
        server._connection = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString + ",abortConnect=false,allowAdmin=true,protocol=resp2");
        return server;
    }

    public async Task StartAsync()
    {
        _server = await Child.StartAsync("root", "KILL", new Dictionary<string, string>(), "redis-server",
            "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", _folder, "--daemonize", "no");
        await Eventually.True(async () =>
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, _port);
            return true;
        });
    }

    public void Send(Signal signal) => _server!.Send(signal);

    public Task FlushAsync() => Database.ExecuteAsync("FLUSHALL");

    public Task SaveAsync() => Database.ExecuteAsync("SAVE");

    public Task KillAsync() => _server!.EndAsync(Signal.Kill);

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        await _server!.EndAsync(Signal.Kill);
        Directory.Delete(_folder, recursive: true);
    }
}
