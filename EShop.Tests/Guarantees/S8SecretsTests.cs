using System.Net.Http.Json;
using System.Text;
using EShop.Tests.Architecture;
using EShop.Tests.Cart;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Npgsql;
using StackExchange.Redis;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>S8: no secret leaks. What a customer and an operator trust the shop with is in no log, no trace, no refusal and no event, and what is for operators is not reached through the
/// gateway. (Who may ask <c>/api/ops</c> is <see cref="S1OwnershipTests"/>; what is in the repository is <see cref="RepositoryTests"/>.)</summary>
public sealed class S8SecretsTests(Shop shop)
{
    private const string Card = "4929000000006312";

    private readonly Dictionary<string, string> _secrets = [];
    private readonly StringBuilder _refusals = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_key_token_password_or_card_is_in_logs_traces_refusals_or_events()
    {
        await OperatorsSecretsAsync();
        var buyer = await AccountAsync();
        var (order, trace) = await PurchaseAsync(buyer);
        await Eventually.True(() => shop.Traces.Spans.Any(span => span.TraceId == trace && span.Service == "payment"), what: "the last request's span has arrived");

        var logs = await LogsAsync();
        var traces = string.Join('\n', shop.Traces.Spans.Select(span => $"{span.Name} {string.Join(' ', span.Attributes.Select(attribute => $"{attribute.Key}={attribute.Value}"))}"));
        var events = await EventsAsync();
        // What is no secret is found, so these are the places where one would be.
        Assert.Contains(order.ToString(), traces, StringComparison.Ordinal);
        Assert.Contains(order.ToString(), events, StringComparison.Ordinal);
        Assert.Contains("Now listening on", logs, StringComparison.Ordinal);
        Assert.Contains("urn:eshop:problem:validation", _refusals.ToString(), StringComparison.Ordinal);

        Assert.True(_secrets.Count > 12 && _secrets.Values.All(secret => secret.Length > 11));
        foreach (var (name, secret) in _secrets)
        {
            foreach (var (place, text) in new[] { ("the logs", logs), ("the traces", traces), ("the refusals", _refusals.ToString()), ("the events", events) })
                Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{name} is in {place}");
        }
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/scalar")]
    [InlineData("/api/users/..%2f..%2fhealth")]
    [InlineData("/api/users/%2e%2e/%2e%2e/health")]
    [InlineData("/.well-known/../health")]
    [InlineData("/.well-known/%2e%2e/openapi/v1.json")]
    [InlineData("/api/ops/nothing/messages")]
    [InlineData("/api/ops/users/health")]
    public async Task What_is_for_operators_is_not_found_through_the_gateway(string path)
    {
        using var web = shop.Client();
        var answer = await Answer.Of(await web.GetAsync(new Uri(shop.Address("web") + path.TrimStart('/'), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), Ct));
        Assert.Equal((404, "not-found"), (answer.Status, answer.Problem));
    }

    private async Task OperatorsSecretsAsync()
    {
        foreach (var parameter in new[] { "admin-password", "key-encryption" })
            _secrets[parameter] = shop.Parameter(parameter);
        _secrets["the webhook's secret"] = shop.Parameter("stripe-webhook-secret");
        _secrets["Stripe's key"] = "sk_test_sandbox";
        _secrets["the database's password"] = new NpgsqlConnectionStringBuilder(await shop.ConnectionString("usersdb")).Password!;
        if (ConfigurationOptions.Parse(await shop.ConnectionString("redis")).Password is { } password)
            _secrets["the broker's password"] = password;
        using var admin = await shop.Admin();
        _secrets["an admin's token"] = admin.DefaultRequestHeaders.Authorization!.Parameter!;
    }

    private async Task<Customer> AccountAsync()
    {
        var (email, password, next) = ($"buyer-{Guid.NewGuid():N}@eshop.test", Secret("a password"), Secret("a new password"));
        using var client = shop.Client();
        var registered = await client.PostAsJsonAsync("/api/users/register", new { name = "Ana", email, password }, Ct).Ok(201);
        await RefusedAsync(client.PostAsJsonAsync("/api/users/register", new { name = "Ana", email, password }, Ct));
        await RefusedAsync(client.PostAsync("/api/users/register", Json($$"""{"name":"\u0000","email":"{{email}}","password":"{{password}}"}"""), Ct));
        await RefusedAsync(client.PostAsync("/api/users/login", Json($$"""{"email":"{{email}}","password":"{{password}}" """), Ct));
        await RefusedAsync(client.PostAsync("/api/users/login", Json($$"""{"email":"{{email}}","password":["{{password}}"]}"""), Ct));
        await RefusedAsync(client.PostAsJsonAsync("/api/users/login", new { email, password = Secret("a wrong password") }, Ct));

        var refreshToken = registered.Text("refreshToken")!;
        var signedIn = await client.PostAsJsonAsync("/api/users/refresh", new { refreshToken }, Ct).Ok();
        var token = signedIn.Text("token")!;
        (_secrets["a token"], _secrets["a spent refresh token"], _secrets["a refresh token"]) = (token, refreshToken, signedIn.Text("refreshToken")!);
        await RefusedAsync(client.Send(HttpMethod.Get, "/api/users/me", null, ("Authorization", $"Bearer {token}x")));
        await RefusedAsync(client.PostAsJsonAsync("/api/users/refresh", new { refreshToken = refreshToken + "x" }, Ct));
        using (var changed = await client.Send(HttpMethod.Put, "/api/users/me/password", new { currentPassword = password, newPassword = next }, ("Authorization", $"Bearer {token}")))
            Assert.Equal(204, (int)changed.StatusCode);

        var id = registered.GetProperty("user").GetProperty("id").GetGuid();
        await using var database = await shop.Database("usersdb");
        await using var read = new NpgsqlCommand("SELECT password_hash FROM users WHERE id = $1", database) { Parameters = { new() { Value = id } } };
        _secrets["a password's hash"] = (string)(await read.ExecuteScalarAsync(Ct))!;
        var buyer = shop.Client();
        buyer.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new(buyer, id, email, next, token);
    }

    /// <summary>A guest's cart that becomes an order and is paid, with a card number where none belongs.</summary>
    private async Task<(Guid Order, string Trace)> PurchaseAsync(Customer buyer)
    {
        var guest = Guid.NewGuid();
        _secrets["a guest's cart id"] = guest.ToString();
        await shop.Guest(guest).Add(await shop.Replica()).Ok();
        await RefusedAsync(shop.Guest(guest).Add(Guid.NewGuid()));
        await buyer.Client.Send(HttpMethod.Get, "/api/cart", null, (Carts.Header, guest.ToString())).Ok();
        await buyer.Client.Send(HttpMethod.Delete, "/api/cart");

        var order = await shop.Order(buyer: buyer);
        _secrets["a card number"] = Card;
        await RefusedAsync(order.Pay(Card));
        await RefusedAsync(order.Pay("pm_card_visa_chargeDeclined"));
        _secrets["a client secret"] = (await order.Pay(method: null).Ok()).Text("clientSecret")!;
        await order.Pay().Ok();

        var trace = Guid.NewGuid().ToString("N");
        await buyer.Client.Send(HttpMethod.Get, $"/api/payment/{order.Id}", null, ("traceparent", $"00-{trace}-00f067aa0ba902b7-01")).Ok();
        return (order.Id, trace);
    }

    private string Secret(string name) => _secrets[name] = $"pw-{Guid.NewGuid():N}";

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task RefusedAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{answer.StatusCode}");
        _refusals.AppendLine($"{answer.Headers}{await answer.Content.ReadAsStringAsync(Ct)}");
    }

    private async Task<string> LogsAsync()
    {
        var text = new StringBuilder(string.Join('\n', shop.Traces.Logs));
        foreach (var path in Directory.EnumerateFiles(Path.Combine(shop.DataFolder, "logs"), "*.log"))
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            text.AppendLine(await reader.ReadToEndAsync(Ct));
        }

        return text.ToString();
    }

    private async Task<string> EventsAsync()
    {
        var text = new StringBuilder();
        foreach (var service in House.Services)
        {
            await using var database = await shop.Database($"{service.ToLowerInvariant()}db");
            await using var read = new NpgsqlCommand("SELECT coalesce(string_agg(o::text, E'\\n'), '') FROM outbox o UNION ALL SELECT coalesce(string_agg(d::text, E'\\n'), '') FROM dead_letters d", database);
            await using var reader = await read.ExecuteReaderAsync(Ct);
            while (await reader.ReadAsync(Ct))
                text.AppendLine(reader.GetString(0));
            foreach (var entry in await (await shop.Redis()).StreamRangeAsync($"{{events:{service.ToLowerInvariant()}}}", count: 1_000, messageOrder: Order.Descending))
                text.AppendJoin('\n', entry.Values.Select(value => value.ToString())).AppendLine();
        }

        return text.ToString();
    }
}
