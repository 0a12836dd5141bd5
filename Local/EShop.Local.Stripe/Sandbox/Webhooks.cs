using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EShop.Local.Stripe;

/// <summary>The one webhook endpoint, from <c>Webhook:Url</c> and <c>Webhook:Secret</c>; without a URL events are only listed.</summary>
internal sealed record WebhookOptions(Uri? Url, string Secret)
{
    /// <exception cref="InvalidOperationException">The URL is none, or its secret is missing: unsigned events would all be refused.</exception>
    public static WebhookOptions Read(IConfiguration configuration)
    {
        var (url, secret) = (configuration["Webhook:Url"], configuration["Webhook:Secret"]);
        if (string.IsNullOrEmpty(url))
            return new WebhookOptions(null, "");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
            throw new InvalidOperationException("Webhook:Url must be an absolute http(s) URL.");
        return string.IsNullOrEmpty(secret) ? throw new InvalidOperationException("Webhook:Url needs Webhook:Secret to sign with.") : new WebhookOptions(parsed, secret);
    }
}

/// <summary>
/// Delivers events at least once, in no promised order. Where a delivery stands is in the journal, so what was pending at a kill is sent after the restart.
/// </summary>
internal sealed partial class Webhooks(Ledger ledger, WebhookOptions options, TimeProvider clock, ILogger<Webhooks> log) : BackgroundService
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(3);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly SemaphoreSlim _atOnce = new(8);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Everything may be sent at the same moment; the semaphore keeps a burst from becoming a flood of connections.
        await foreach (var delivery in ledger.ToDeliver.ReadAllAsync(stoppingToken))
            _ = DeliverAsync(delivery, stoppingToken);
    }

    /// <summary>Half the event's age between two tries, at most 10 s while it is young; after ten minutes the gaps grow on.</summary>
    internal static TimeSpan Backoff(TimeSpan age)
    {
        var seconds = Math.Max(Math.Min(age.TotalSeconds / 2, 10), age.TotalSeconds / 60);
        return TimeSpan.FromSeconds(Math.Max(0.5, seconds));
    }

    /// <summary><c>t=…,v1=…</c>: the time is signed too, so that a captured request can't be sent again later.</summary>
    internal static string Sign(string secret, long unixSeconds, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{unixSeconds}."));
        hmac.AppendData(body);
        return $"t={unixSeconds},v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}";
    }

    public override void Dispose()
    {
        _http.Dispose();
        _atOnce.Dispose();
        base.Dispose();
    }

    private async Task DeliverAsync(Delivery delivery, CancellationToken stopping)
    {
        try
        {
            if (delivery.Attempts == 0 && delivery.WaitMs > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(delivery.WaitMs), clock, stopping);
            while (delivery.IsPending && options.Url is not null)
            {
                await _atOnce.WaitAsync(stopping);
                try
                {
                    delivery = await TryAsync(delivery, stopping);
                }
                finally
                {
                    _atOnce.Release();
                }
                if (delivery.IsPending)
                    await Task.Delay(Backoff(Age(delivery)), clock, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogLeft(delivery.Id);
        }
        catch (Exception failure)
        {
            LogFailed(delivery.Id, failure);
        }
    }

    private async Task<Delivery> TryAsync(Delivery delivery, CancellationToken stopping)
    {
        var (body, durable) = ledger.Execute(commit => JsonSerializer.SerializeToUtf8Bytes(commit.Ledger.Events[delivery.Id] with { PendingWebhooks = 1 }, Json.Context.Event));
        // Nobody may hear of an event that a kill could still undo.
        await durable;
        var (delivered, answer) = (true, "");
        for (var copy = 0; copy < delivery.Copies; copy++)
        {
            (var taken, answer) = await PostAsync(body, stopping);
            delivered &= taken;
        }
        var state = delivered ? DeliveryState.Delivered : Age(delivery) > GiveUpAfter ? DeliveryState.Abandoned : DeliveryState.Pending;
        if (state != DeliveryState.Delivered)
            LogRefused(delivery.Id, delivery.Attempts + 1, answer);
        // Not waited for: losing this line to a kill only means one delivery more.
        return ledger.Execute(commit => commit.Put(delivery with { State = state, Attempts = delivery.Attempts + 1, LastAnswer = answer })).Result;
    }

    private async Task<(bool Taken, string Answer)> PostAsync(byte[] body, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        request.Headers.Add("Stripe-Signature", Sign(options.Secret, clock.GetUtcNow().ToUnixTimeSeconds(), body));
        try
        {
            using var response = await _http.SendAsync(request, stopping);
            return (response.IsSuccessStatusCode, ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !stopping.IsCancellationRequested)
        {
            return (false, failure is HttpRequestException refused ? refused.HttpRequestError.ToString() : "timeout");
        }
    }

    private TimeSpan Age(Delivery delivery) => clock.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(delivery.Created);

    [LoggerMessage(601, LogLevel.Debug, "Event {EventId} was not taken at try {Attempt}: {Answer}")]
    private partial void LogRefused(string eventId, int attempt, string answer);

    [LoggerMessage(602, LogLevel.Debug, "Event {EventId} is left for the next start")]
    private partial void LogLeft(string eventId);

    [LoggerMessage(603, LogLevel.Error, "Event {EventId} cannot be delivered before a restart")]
    private partial void LogFailed(string eventId, Exception failure);
}
