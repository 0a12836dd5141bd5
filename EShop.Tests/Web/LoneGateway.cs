using System.Net;
using System.Net.Sockets;
using System.Text;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Web;

/// <summary>A gateway of its own, before a Users that is away and a Cart that hangs, or dies in the middle of a request: nobody else's tests lose a service by it.</summary>
public sealed class LoneGateway : IAsyncLifetime
{
    public const int Limit = 20;

    private readonly TcpListener _cart = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private LoneProject _gateway = null!;
    private Task _serving = Task.CompletedTask;

    public HttpClient Client => _gateway.Client;

    public async ValueTask InitializeAsync()
    {
        _cart.Start();
        _serving = ServeAsync();
        _gateway = await LoneProject.StartAsync("EShop.Web", new Dictionary<string, string>
        {
            ["services__users__http__0"] = $"http://127.0.0.1:{ClosedPort()}",
            ["services__cart__http__0"] = $"http://{_cart.LocalEndpoint}",
            ["RateLimit__PerSecond"] = $"{Limit}",
            ["RateLimit__Burst"] = $"{Limit}",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _end.CancelAsync();
        _cart.Stop();
        await _serving;
        _cart.Dispose();
        _end.Dispose();
    }

    /// <summary>A client with another address, since all of 127.0.0.0/8 is this machine.</summary>
    public HttpClient ClientFrom(string address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = Client.BaseAddress,
    };

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        List<TcpClient> hanging = [];
        try
        {
            while (true)
            {
                var client = await _cart.AcceptTcpClientAsync(_end.Token);
                var buffer = new byte[4096];
                var read = await client.GetStream().ReadAsync(buffer, _end.Token);
                var request = Encoding.ASCII.GetString(buffer, 0, read);
                if (request.Contains("/hangs", StringComparison.Ordinal))
                {
                    hanging.Add(client);
                    continue;
                }

                if (request.Contains("/begins", StringComparison.Ordinal))
                    await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n"u8.ToArray(), _end.Token);
                client.Dispose();
            }
        }
        catch (OperationCanceledException)
        {
            hanging.ForEach(client => client.Dispose()); // The tests are over.
        }
    }
}
