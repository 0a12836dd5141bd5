using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Stripe;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

/// <summary>Stands where Payment's webhook stands: keeps what it got, and answers what it is told to.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly Channel<Event> _received = Channel.CreateUnbounded<Event>();
    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single() + "/webhook";

    /// <summary>The status to answer with, by the event and how many came before it.</summary>
    public Func<Event, int> Answer { get; set; } = _ => StatusCodes.Status200OK;

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new WebhookReceiver(app);
        app.MapPost("/webhook", receiver.Receive);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>The next event that <paramref name="wanted"/> is true for; others are passed over.</summary>
    public async Task<Event> NextAsync(Func<Event, bool> wanted)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(15));
        while (true)
        {
            var received = await _received.Reader.ReadAsync(deadline.Token);
            if (wanted(received))
                return received;
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Receive(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        // The client's own check of signature, time and API version: what it refuses never counts as received.
        var received = EventUtility.ConstructEvent(await reader.ReadToEndAsync(), http.Request.Headers["Stripe-Signature"], StripeSandbox.WebhookSecret);
        http.Response.StatusCode = Answer(received);
        _received.Writer.TryWrite(received);
    }
}
