using System.Net;
using EShop.ServiceDefaults;
using EShop.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace EShop.Tests.ServiceDefaults;

public sealed class TrustedKeysTests(Shop shop)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task That_users_is_away_is_told_once_and_only_when_it_lasts()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var log = new Lines();
        using var users = new Users();
        await using var database = NpgsqlDataSource.Create("Host=127.0.0.1");
        using var keys = new TrustedKeys(database, users, clock, log);

        await AskAsync();
        await AskAsync();
        Assert.Empty(log.Told);
        await AskAsync();
        await AskAsync();
        Assert.Single(log.Told);

        users.Answer = """{"keys":[]}""";
        await AskAsync();
        users.Answer = null;
        for (var i = 0; i < 4; i++)
            await AskAsync();
        Assert.Equal(2, log.Told.Count);

        async Task AskAsync()
        {
            await keys.RefreshAsync(Ct);
            clock.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task A_service_that_has_no_keys_yet_answers_503_never_401_and_is_not_ready_and_quiet_about_it()
    {
        await using var redis = await LoneRedis.StartAsync();
        await using var bill = await LoneProject.StartAsync("Services/Bill", new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__billdb"] = await shop.NewDatabase(),
            ["ConnectionStrings__redis"] = redis.ConnectionString,
            ["services__users__http__0"] = "http://127.0.0.1:9", // Nobody listens.
            ["Bill__Browser"] = "/none",
        });

        using var asked = new HttpRequestMessage(HttpMethod.Get, "/api/bill") { Headers = { Authorization = new("Bearer", (await shop.Customer()).Token) } };
        var refused = await Answer.Of(await bill.Client.SendAsync(asked, Ct));
        Assert.Equal((503, "unavailable"), (refused.Status, refused.Problem));
        Assert.NotNull(refused.Headers.RetryAfter);

        var health = await Answer.Of(await bill.Client.GetAsync("/health", Ct));
        Assert.Equal((503, "unhealthy"), (health.Status, health.Text("status")));
        Assert.Equal("unhealthy", health.Body.GetProperty("checks").GetProperty("keys").GetProperty("status").GetString());
        Assert.Equal(200, (await Answer.Of(await bill.Client.GetAsync("/alive", Ct))).Status);
        Assert.DoesNotContain("Polly", bill.Output, StringComparison.Ordinal);
        Assert.InRange(bill.Output.Split("keys of Users can't be had").Length, 1, 2); // One line at most.
    }

    /// <summary>Users, as its clients see it: away, or with an answer.</summary>
    private sealed class Users : HttpMessageHandler, IHttpClientFactory
    {
        public string? Answer { get; set; }

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Answer is { } answer
            ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer) })
            : throw new HttpRequestException("Connection refused");
    }

    private sealed class Lines : ILogger<TrustedKeys>
    {
        public List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Told.Add(formatter(state, exception));
    }
}
