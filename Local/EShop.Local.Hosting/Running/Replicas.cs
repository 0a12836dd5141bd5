using System.Net;
using System.Net.Sockets;

namespace EShop.Local.Hosting;

/// <summary>The one address of a resource that is several processes: each connection goes to the next of them that takes it.</summary>
internal sealed class Replicas(int port, int[] targets) : IDisposable
{
    private readonly TcpListener[] _listeners = Socket.OSSupportsIPv6
        ? [new(IPAddress.Loopback, port), new(IPAddress.IPv6Loopback, port)]
        : [new(IPAddress.Loopback, port)];
    private readonly CancellationTokenSource _stop = new();
    private int _next;

    /// <summary>Listens for all replicas at every address that a resource shares among them.</summary>
    public static IEnumerable<Replicas> Of(IReadOnlyList<ResourceInstance> instances) =>
        instances.Count == 1 ? [] : instances[0].Ports.Keys.Select(endpoint => new Replicas(endpoint.AllocatedEndpoint!.Port, [.. instances.Select(one => one.Ports[endpoint])]));

    public void Start()
    {
        foreach (var listener in _listeners)
        {
            listener.Start();
            _ = Task.Run(() => AcceptAsync(listener));
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var listener in _listeners)
            listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        var stopping = _stop.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                _ = CarryAsync(await listener.AcceptSocketAsync(stopping), stopping);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                continue; // A caller who was gone before he was heard.
            }
        }
    }

    private async Task CarryAsync(Socket caller, CancellationToken stopping)
    {
        using var from = new NetworkStream(caller, ownsSocket: true);
        try
        {
            if (await ReachAsync(stopping) is not { } replica)
                return; // None is up: the caller's connection ends, as it would without anybody in between.
            await using var to = new NetworkStream(replica, ownsSocket: true);
            Task[] ways = [PassAsync(from, to, replica, stopping), PassAsync(to, from, caller, stopping)];
            await await Task.WhenAny(ways);
            await Task.WhenAll(ways);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two has gone, and the other one goes with it: cut off, for what it has heard so far may not be all.
            caller.Close(0);
        }
    }

    private async Task<Socket?> ReachAsync(CancellationToken stopping)
    {
        for (var tried = 0; tried < targets.Length; tried++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                var target = targets[(uint)Interlocked.Increment(ref _next) % (uint)targets.Length];
                await socket.ConnectAsync("localhost", target, stopping);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        return null;
    }

    private static async Task PassAsync(NetworkStream from, NetworkStream to, Socket end, CancellationToken stopping)
    {
        await from.CopyToAsync(to, stopping);
        end.Shutdown(SocketShutdown.Send);
    }
}
