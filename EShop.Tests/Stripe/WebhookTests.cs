using System.Diagnostics;
using Stripe;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

public sealed class WebhookTests : IAsyncLifetime
{
    private WebhookReceiver _receiver = null!;
    private StripeSandbox _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        _sandbox = new StripeSandbox(_receiver.Url);
        await _sandbox.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_payment_is_told_by_signed_events_until_they_are_taken()
    {
        // Refuses every event once.
        var seen = new HashSet<string>();
        _receiver.Answer = received => seen.Add(received.Id) ? 500 : 200;

        var opened = await _sandbox.OpenAsync(1_500, "told");
        await _sandbox.ConfirmAsync(opened.Id, "pm_card_visa", "confirm:told:1");

        var first = await _receiver.NextAsync(received => received.Type == EventTypes.PaymentIntentSucceeded);
        var second = await _receiver.NextAsync(received => received.Id == first.Id);
        var intent = Assert.IsType<PaymentIntent>(second.Data.Object);
        Assert.Equal((opened.Id, "succeeded", "told", "confirm:told:1"), (intent.Id, intent.Status, intent.Metadata["orderId"], second.Request.IdempotencyKey));
        var listed = await _sandbox.Client.V1.Events.ListAsync(new() { Types = ["payment_intent.*", "charge.succeeded"] }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"], listed.Select(happened => happened.Type));
    }

    [Fact]
    public async Task What_was_pending_at_a_kill_is_delivered_after_the_restart()
    {
        _receiver.Answer = _ => 503;
        var opened = await _sandbox.OpenAsync();
        await _receiver.NextAsync(received => received.Type == EventTypes.PaymentIntentCreated);

        await _sandbox.KillAsync();
        _receiver.Answer = _ => 200;
        await _sandbox.StartAsync();

        var told = await _receiver.NextAsync(received => received.Type == EventTypes.PaymentIntentCreated);
        Assert.Equal(opened.Id, ((PaymentIntent)told.Data.Object).Id);
    }

    [Fact]
    public async Task Webhooks_can_be_switched_to_duplicates_and_off()
    {
        await _sandbox.ArmAsync(new { webhooks = "duplicate" });
        var twice = await _sandbox.OpenAsync();
        await _receiver.NextAsync(received => ((PaymentIntent)received.Data.Object).Id == twice.Id);
        await _receiver.NextAsync(received => ((PaymentIntent)received.Data.Object).Id == twice.Id);

        await _sandbox.ArmAsync(new { webhooks = "off" });
        await _sandbox.OpenAsync(orderId: "silent");
        (await _sandbox.Http.DeleteAsync("/sandbox/faults", TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        var loud = await _sandbox.OpenAsync(orderId: "loud");

        var next = await _receiver.NextAsync(_ => true);
        Assert.Equal(loud.Id, ((PaymentIntent)next.Data.Object).Id);
        var silent = (await _sandbox.LedgerAsync("silent")).GetProperty("events")[0];
        Assert.Equal("suppressed", silent.GetProperty("delivery").GetProperty("state").GetString());
    }

    [Fact]
    public async Task Webhooks_of_one_order_alone_can_be_switched()
    {
        await _sandbox.ArmAsync(new { webhooks = "off", order = "silent" });
        await _sandbox.OpenAsync(orderId: "silent");
        var loud = await _sandbox.OpenAsync(orderId: "loud");

        var next = await _receiver.NextAsync(_ => true);
        Assert.Equal(loud.Id, ((PaymentIntent)next.Data.Object).Id);
    }

    [Fact]
    public async Task Webhooks_can_be_switched_to_be_late()
    {
        await _sandbox.ArmAsync(new { webhooks = "late" });
        var watch = Stopwatch.StartNew();
        var opened = await _sandbox.OpenAsync();

        await _receiver.NextAsync(received => ((PaymentIntent)received.Data.Object).Id == opened.Id);

        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(4.9));
    }

    [Fact]
    public async Task Webhooks_can_be_switched_to_come_in_any_order()
    {
        await _sandbox.ArmAsync(new { webhooks = "reordered" });
        List<string> opened = [], told = [];
        for (var i = 0; i < 10; i++)
            opened.Add((await _sandbox.OpenAsync()).Id);

        for (var i = 0; i < 10; i++)
            told.Add(((PaymentIntent)(await _receiver.NextAsync(_ => true)).Data.Object).Id);

        Assert.Equivalent(opened, told);
        Assert.NotEqual(opened, told); // By chance the same order: once in 3.6 million.
    }
}
