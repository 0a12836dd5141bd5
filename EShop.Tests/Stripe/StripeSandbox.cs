using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Stripe;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

/// <summary>The built sandbox as a process of its own on a free port, with a data folder of its own. It is driven with Stripe.net, as the shop drives it.</summary>
public sealed class StripeSandbox : IAsyncLifetime
{
    public const string WebhookSecret = "whsec_test";

    private readonly string _data = Directory.CreateTempSubdirectory("eshop-stripe-").FullName;
    private readonly string? _webhookUrl;
    private Process? _process;
    private string _address = "http://127.0.0.1:0";

    public StripeSandbox() : this(webhookUrl: null)
    {
    }

    internal StripeSandbox(string? webhookUrl) => _webhookUrl = webhookUrl;

    public StripeClient Client { get; private set; } = null!;

    /// <summary>For what Stripe.net would not send.</summary>
    public HttpClient Http { get; private set; } = null!;

    public string JournalPath => Path.Combine(_data, "journal.jsonl");

    public ValueTask InitializeAsync() => StartAsync();

    /// <summary>Starts the process, after a kill at the same address as before.</summary>
    public async ValueTask StartAsync()
    {
        const string project = "Local/EShop.Local.Stripe";
        var start = new ProcessStartInfo("dotnet", [BuiltProject.Assembly(project)]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = BuiltProject.Folder(project) };
        start.Environment["ASPNETCORE_URLS"] = _address;
        start.Environment["Data__Directory"] = _data;
        if (_webhookUrl is not null)
            (start.Environment["Webhook__Url"], start.Environment["Webhook__Secret"]) = (_webhookUrl, WebhookSecret);
        _process = Process.Start(start)!;
        var complaints = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        _address = await ListeningAt(_process.StandardOutput) ?? throw new InvalidOperationException($"The sandbox ended before it listened: {await complaints}");
        Http = new HttpClient { BaseAddress = new Uri(_address), DefaultRequestHeaders = { { "Authorization", "Bearer sk_test_sandbox" } } };
        Client = new StripeClient(new StripeClientOptions
        {
            ApiKey = "sk_test_sandbox",
            ApiBase = _address,
            HttpClient = new SystemNetHttpClient(new HttpClient(), maxNetworkRetries: 0, enableTelemetry: false),
        });
    }

    /// <summary>No warning, no shutdown: the same as <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _process.Dispose();
        _process = null;
    }

    public async Task<JsonElement> LedgerAsync(string? orderId = null) =>
        await Http.GetFromJsonAsync<JsonElement>("/sandbox/ledger" + (orderId is null ? "" : $"?orderId={orderId}"), TestContext.Current.CancellationToken);

    public async Task ArmAsync(object fault) =>
        (await Http.PostAsJsonAsync("/sandbox/faults", fault, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

    /// <summary>An unconfirmed intent of one order, as Payment opens it.</summary>
    public Task<PaymentIntent> OpenAsync(long amount = 1_500, string? orderId = null, string? key = null) => Client.V1.PaymentIntents.CreateAsync(
        new PaymentIntentCreateOptions
        {
            Amount = amount,
            Currency = "eur",
            AllowedPaymentMethodTypes = ["card"],
            Metadata = new() { ["orderId"] = orderId ?? Guid.CreateVersion7().ToString() },
        },
        key is null ? null : new RequestOptions { IdempotencyKey = key }, TestContext.Current.CancellationToken);

    public Task<PaymentIntent> ConfirmAsync(string intent, string method, string? key = null) => Client.V1.PaymentIntents.ConfirmAsync(
        intent, new PaymentIntentConfirmOptions { PaymentMethod = method }, key is null ? null : new RequestOptions { IdempotencyKey = key }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        Http.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task<string?> ListeningAt(StreamReader output)
    {
        const string Sign = "Now listening on: ";
        while (await output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (!line.Contains(Sign, StringComparison.Ordinal))
                continue;
            // Somebody has to go on reading, or a full pipe would stop the sandbox.
            _ = output.ReadToEndAsync(CancellationToken.None);
            return line[(line.IndexOf(Sign, StringComparison.Ordinal) + Sign.Length)..];
        }
        return null;
    }
}

/// <summary>Classes that share one sandbox; each test makes its own orders.</summary>
[CollectionDefinition(Name)]
public sealed class SharedStripeSandbox : ICollectionFixture<StripeSandbox>
{
    public const string Name = "Stripe sandbox";
}
