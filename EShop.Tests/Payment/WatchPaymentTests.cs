using System.Net.ServerSentEvents;
using System.Text.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>Each status as it happens, through the gateway, until the last one.</summary>
public sealed class WatchPaymentTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_step_is_told_until_the_order_is_paid()
    {
        var order = await shop.Order();
        using var stream = await Watch(order);
        var steps = Steps(stream).GetAsyncEnumerator(Stop);
        Assert.Equal(("2", "awaiting_payment"), await Next(steps));

        var asked = await order.Pay("pm_card_threeDSecure2Required").Ok();
        Assert.Equal("requires_action", (await Next(steps)).Status);
        await shop.AnswerBank(asked, "fail");
        Assert.Equal("awaiting_payment", (await Next(steps)).Status);
        await order.Pay().Ok();
        Assert.Equal("succeeded", (await Next(steps)).Status);

        Assert.False(await steps.MoveNextAsync());
    }

    [Fact]
    public async Task It_stays_open_beyond_the_deadline_of_other_requests_and_holds_no_connection()
    {
        var order = await shop.Order();
        // More than the service has connections to its database.
        var streams = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Watch(order)));
        var watching = streams.Select(async stream => await Steps(stream).Select(step => step.Status).ToListAsync(Stop)).ToArray();
        using var beyond = new PeriodicTimer(TimeSpan.FromSeconds(6));
        await beyond.WaitForNextTickAsync(Stop);

        Assert.All(watching, one => Assert.False(one.IsCompleted));
        await order.Pay().Ok();

        Assert.All(await Task.WhenAll(watching), seen => Assert.Equal(["awaiting_payment", "succeeded"], seen));
    }

    [Fact]
    public async Task Who_comes_back_misses_nothing()
    {
        var order = await shop.Order();
        await order.Pay().Ok();

        using var stream = await Watch(order, after: "1");

        Assert.Equal(["awaiting_payment", "succeeded"], await Steps(stream).Select(step => step.Status).ToListAsync(Stop));
    }

    [Fact]
    public async Task A_refund_on_its_way_is_waited_for()
    {
        var order = await shop.Order();
        await order.Pay("pm_card_pendingRefund").Ok();
        await order.Cancel().Ok();
        using var stream = await Watch(order);
        var steps = Steps(stream).GetAsyncEnumerator(Stop);
        Assert.Equal("succeeded", (await Next(steps)).Status);

        await shop.Bank($"refunds/{await shop.RefundOf(order)}", new { status = "succeeded" });

        Assert.Equal("refunded", (await Next(steps)).Status);
        Assert.False(await steps.MoveNextAsync());
    }

    [Fact]
    public async Task Anothers_order_is_404_and_an_admin_sees_everybodys()
    {
        var order = await shop.Order();
        await order.Pay().Ok();
        var path = $"/api/payment/{order.Id}/events";

        await (await shop.Customer()).Client.Send(HttpMethod.Get, path).Is(404, "not-found");
        await shop.Client().Send(HttpMethod.Get, path).Is(401, "unauthorized");
        await order.Client.Send(HttpMethod.Get, "/api/payment/none/events").Is(400, "validation");
        using var seen = await (await shop.Admin()).Send(HttpMethod.Get, path);
        Assert.Equal("text/event-stream", seen.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["succeeded"], await Steps(seen).Select(step => step.Status).ToListAsync(Stop));
    }

    private static async Task<HttpResponseMessage> Watch(Placed order, string? after = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/payment/{order.Id}/events");
        if (after is not null)
            request.Headers.Add("Last-Event-ID", after);
        return (await order.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop)).EnsureSuccessStatusCode();
    }

    private static async IAsyncEnumerable<(string Id, string Status)> Steps(HttpResponseMessage stream)
    {
        await foreach (var item in SseParser.Create(await stream.Content.ReadAsStreamAsync(Stop)).EnumerateAsync(Stop))
        {
            Assert.Equal("status", item.EventType);
            yield return (item.EventId!, JsonDocument.Parse(item.Data).RootElement.Text("status")!);
        }
    }

    private static async Task<(string Id, string Status)> Next(IAsyncEnumerator<(string, string)> steps) =>
        await steps.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline, Stop) ? steps.Current : throw new InvalidOperationException("The stream has ended.");
}
