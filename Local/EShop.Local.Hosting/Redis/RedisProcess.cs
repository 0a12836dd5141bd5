using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EShop.Local.Hosting;

/// <summary>Redis as a process of this machine: on the loopback address, with a password; append-only where its data is to last.</summary>
internal sealed class RedisProcess(RedisResource server) : ILocalForm
{
    /// <summary>Whether its data is there at the next start.</summary>
    public static bool Lasts(RedisResource server) => server.HasAnnotationOfType<ContainerMountAnnotation>();

    public string? Missing(LocalOptions options, DataFolder data) => Find(options) is null
        ? $"Redis is missing, which '{server.Name}' is: install it with 'apt-get install redis-server' (Debian, Ubuntu) or 'brew install redis' (macOS), or run './eshop up'."
        : null;

    public Task<ProcessSpec> PrepareAsync(LocalMachine machine, CancellationToken cancellationToken)
    {
        var folder = machine.Data.Folder(server.Name);

        // In a file that only we may read, for a command line is everybody's. Streams are dropped by nobody but the bus: full means full.
        machine.Data.Write(Path.Combine(server.Name, "redis.conf"), $"""
            bind 127.0.0.1 -::1
            port {server.PrimaryEndpoint.TargetPort}
            requirepass "{server.PasswordParameter!.Value}"
            dir "{folder}"
            save ""
            appendonly {(Lasts(server) ? "yes" : "no")}
            maxmemory-policy noeviction
            """);
        return Task.FromResult(new ProcessSpec(Find(machine.Options)!, [Path.Combine(folder, "redis.conf")], folder));
    }

    private static string? Find(LocalOptions options) =>
        options.RedisBin is { } folder ? new[] { Path.Combine(folder, "redis-server") }.FirstOrDefault(File.Exists) : Programs.Find("redis-server");
}

/// <summary>Healthy is a Redis that answers a ping: also one that still loads its file answers, but not with a pong.</summary>
internal sealed class RedisHealthCheck(RedisResource server) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", server.PrimaryEndpoint.Port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"AUTH {server.PasswordParameter!.Value}\r\nPING\r\n"), cancellationToken);
            using var reader = new StreamReader(stream);
            var (auth, ping) = (await reader.ReadLineAsync(cancellationToken), await reader.ReadLineAsync(cancellationToken));
            return auth == "+OK" && ping == "+PONG" ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"{auth} {ping}");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}
