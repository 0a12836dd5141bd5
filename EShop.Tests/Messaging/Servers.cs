using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EShop.Tests.Support;
using Npgsql;

namespace EShop.Tests.Messaging;

/// <summary>A process of the suite. Whatever way the suite ends, the process ends too: Linux tells it when the thread that started it dies, and that thread lives as long
/// as the suite does.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly BlockingCollection<Action> Starts = [];
    private readonly Process _process;

    static Child() => new Thread(() =>
    {
        foreach (var start in Starts.GetConsumingEnumerable())
            start();
    })
    { IsBackground = true, Name = "children" }.Start();

    private Child(Process process) => _process = process;

    public int Id => _process.Id;

    public static async Task<Child> StartAsync(string user, string signalAtOurEnd, IReadOnlyDictionary<string, string> environment, string file, params string[] arguments)
    {
        var start = new ProcessStartInfo("setpriv") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Environment.IsPrivilegedProcess && user != "root")
        {
            foreach (var argument in (string[])[$"--reuid={user}", $"--regid={user}", "--clear-groups"])
                start.ArgumentList.Add(argument);
        }

        foreach (var argument in (string[])["--pdeathsig", signalAtOurEnd, file, .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception failure)
            {
                started.SetException(failure);
            }
        });
        var child = new Child(await started.Task);
        // A pipe that nobody reads fills up and stops the writer.
        child._process.OutputDataReceived += (_, line) => child.Said(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Said(line.Data);
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    public ConcurrentQueue<string> Output { get; } = new();

    public void Send(Signal signal)
    {
        if (Kill(_process.Id, (int)signal) != 0)
            throw new InvalidOperationException($"Process {_process.Id} can't be sent {signal}: it has ended.");
    }

    /// <summary>Waits until it has ended, whatever the machine is at; one that never ends is told with what it said.</summary>
    public async Task<int> ExitAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{_process.StartInfo.ArgumentList[^1]} did not end. It said: {string.Join('\n', Output)}");
        }
    }

    public async Task EndAsync(Signal signal)
    {
        if (!_process.HasExited)
            Send(signal);
        await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync(Signal.Kill);
        _process.Dispose();
    }

    private void Said(string? line)
    {
        if (line is not null)
            Output.Enqueue(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

/// <summary>Linux's numbers.</summary>
internal enum Signal
{
    Int = 2,
    Kill = 9,
    Quit = 3,
    Cont = 18,
    Stop = 19,
}

internal static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A PostgreSQL of the suite's own, in a folder of its own, gone at the end.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";
    /// <summary>Where Postgres's programs are, with a slash at the end.</summary>
    internal static readonly string Bin = Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(d => d).Select(d => d + "/bin/").First();
    private readonly string _folder = $"/tmp/eshop-tests-{Guid.NewGuid():N}";
    private readonly int _port = FreePort.Take();
    private Child? _server;
    private bool _tls;
    private int _databases;

    private string Admin => ConnectionString("postgres");

    /// <param name="certificate">Where its certificate is, as PEM, with its key beside it (<c>.key</c>): then it takes nobody without TLS.</param>
    public static async Task<PostgresServer> StartNewAsync(string? certificate = null)
    {
        var server = new PostgresServer();
        Directory.CreateDirectory(server._folder);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("root", "chown", User, server._folder);
        await RunAsync(User, Bin + "initdb", "--no-sync", "-A", "trust", "-U", User, "-E", "UTF8", "-D", server._folder + "/data");
        if (certificate is not null)
            await server.RequireTlsAsync(certificate);
        await server.StartAsync();
        return server;
    }

    private async Task RequireTlsAsync(string certificate)
    {
        _tls = true;
        foreach (var (from, to) in new[] { (certificate, "server.crt"), (Path.ChangeExtension(certificate, ".key"), "server.key") })
            await RunAsync("root", "install", ["-m", "600", .. Environment.IsPrivilegedProcess ? new[] { "-o", User } : [], from, $"{_folder}/data/{to}"]);
        await RunAsync("root", "sh", "-c", $"echo 'hostssl all all 127.0.0.1/32 trust' > {_folder}/data/pg_hba.conf && printf 'ssl=on\n' >> {_folder}/data/postgresql.conf");
    }

    public async Task StartAsync()
    {
        _server = await Child.StartAsync(User, "QUIT", Nothing, Bin + "postgres", "-D", _folder + "/data", "-c", "listen_addresses=127.0.0.1",
            "-c", string.Create(CultureInfo.InvariantCulture, $"port={_port}"), "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=300");
        await Eventually.True(async () =>
        {
            await using var connection = new NpgsqlConnection(Admin + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        });
    }

    public Task KillAsync() => _server!.EndAsync(Signal.Quit);

    /// <summary>A new database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"db{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(Admin);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Username={User};Database={database};Maximum Pool Size=8;Timeout=30;Command Timeout=30{(_tls ? ";SSL Mode=Require" : "")}";

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.EndAsync(Signal.Int);
        Directory.Delete(_folder, recursive: true);
    }

    private static readonly Dictionary<string, string> Nothing = [];

    private static async Task RunAsync(string user, string file, params string[] arguments)
    {
        await using var child = await Child.StartAsync(user, "KILL", Nothing, file, arguments);
        if (await child.ExitAsync() != 0)
            throw new InvalidOperationException($"{file} failed: {string.Join('\n', child.Output)}");
    }
}
