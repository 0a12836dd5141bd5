using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>Very many checkouts of one product by clients with an address each, so that no limit of the gateway's is met: who gets a piece pays for it, who does not goes on.</summary>
internal sealed class Stampede(Shop shop, Guid product, IReadOnlyList<Customer> customers)
{
    private readonly ConcurrentBag<TimeSpan> _answered = [];
    private readonly ConcurrentBag<string> _unwanted = [];
    private int _sold;

    public int Sold => _sold;

    public int Answers => _answered.Count;

    /// <summary>What no client should have been told: a fault of the shop's, or to come back later.</summary>
    public IReadOnlyCollection<string> Unwanted => _unwanted;

    public TimeSpan Elapsed { get; private set; }

    public async Task Run(int checkouts)
    {
        var (begun, watch) = (0, Stopwatch.StartNew());
        await Task.WhenAll(customers.Select((customer, n) => Task.Run(async () =>
        {
            using var client = ClientFrom($"127.0.1.{n + 1}", customer);
            var shopper = new Shopper(customer with { Client = client });
            while (Interlocked.Increment(ref begun) <= checkouts)
                await Try(shopper);
        })));
        Elapsed = watch.Elapsed;
    }

    /// <summary>From the checkout's 202 to its answer, reserved or rejected: so many of a hundred were answered within this.</summary>
    public TimeSpan Percentile(int percent) => _answered.Order().ElementAt(Math.Min(_answered.Count - 1, _answered.Count * percent / 100));

    public override string ToString() =>
        $"{Answers} checkouts in {Elapsed.TotalSeconds:0.0} s ({Answers / Elapsed.TotalSeconds:0}/s), {Sold} sold; from 202 to the answer p50 {Percentile(50).TotalMilliseconds:0} ms, p99 {Percentile(99).TotalMilliseconds:0} ms, at most {Percentile(100).TotalMilliseconds:0} ms";

    private async Task Try(Shopper shopper)
    {
        var orderId = await shopper.CheckOut(product);
        var watch = Stopwatch.StartNew();
        var payment = await shopper.Payment(orderId, now => now.GetProperty("status").GetString() != "awaiting_stock");
        _answered.Add(watch.Elapsed);
        if (payment.GetProperty("status").GetString() == "rejected")
            return;
        using var paid = await shopper.Repeat("/api/payment", new { orderId, paymentMethod = "pm_card_visa" });
        await shopper.Payment(orderId, now => now.GetProperty("status").GetString() == "succeeded");
        Interlocked.Increment(ref _sold);
    }

    private HttpClient ClientFrom(string address, Customer customer)
    {
        var client = new HttpClient(new Watched(this, new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                // All of 127.0.0.0/8 is this machine.
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }))
        { BaseAddress = shop.Address("web") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", customer.Token);
        return client;
    }

    private sealed class Watched(Stampede stampede, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if ((int)answer.StatusCode >= 500 || answer.StatusCode == HttpStatusCode.TooManyRequests)
                stampede._unwanted.Add($"{request.Method} {request.RequestUri!.AbsolutePath}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
            return answer;
        }
    }
}
