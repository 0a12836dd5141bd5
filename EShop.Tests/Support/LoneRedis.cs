using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EShop.Tests.Support;

/// <summary>A Redis of a test's own, which it may freeze.</summary>
internal sealed class LoneRedis : IAsyncDisposable
{
    // Linux' numbers.
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly Process _process;

    private LoneRedis(Process process, int port) => (_process, ConnectionString) = (process, $"127.0.0.1:{port}");

    public string ConnectionString { get; }

    public static async Task<LoneRedis> StartAsync()
    {
        var port = FreePort();
        string[] arguments = ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", Path.GetTempPath()];
        var redis = new LoneRedis(Process.Start(new ProcessStartInfo("redis-server", arguments) { RedirectStandardOutput = true })!, port);
        _ = redis._process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await Eventually.True(async () =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }, what: "Redis listens");
        return redis;
    }

    /// <summary>It is there and takes connections, but never answers.</summary>
    public void Freeze() => _ = Kill(_process.Id, Stop);

    public void Thaw() => _ = Kill(_process.Id, Continue);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}
