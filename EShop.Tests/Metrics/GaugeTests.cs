using System.Net.Http.Json;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Metrics;

/// <summary>What an operator's gauges show, as it leaves the service, over databases in which the tests know every row.</summary>
public sealed class GaugeTests(Shop shop) : IAsyncLifetime
{
    private string _database = "";
    private LoneRedis _redis = null!;
    private OtlpReceiver _receiver = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => (_database, _redis, _receiver) = (await shop.NewDatabase(), await LoneRedis.StartAsync(), await OtlpReceiver.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Reservations_are_shown_by_age_and_dead_letters_until_they_are_gone()
    {
        await using var products = await StartAsync("Products");
        foreach (var (minutes, status) in new[] { (5, "reserved"), (30, "reserved"), (120, "reserved"), (3000, "reserved"), (120, "committed") })
            await SqlAsync("INSERT INTO reservations (order_id, status) VALUES ($1, $2)", Guid.CreateVersion7(DateTimeOffset.UtcNow.AddMinutes(-minutes)), status);
        for (var i = 0; i < 2; i++)
            await SqlAsync("INSERT INTO dead_letters (id, publisher, entry_id, fields, error, tries, parked_at) VALUES ($1, 'cart', '1-1', '{}', 'x', 5, now())", Guid.NewGuid());

        await ShowsAsync(1, "eshop.products.reservations", ("age", "up_to_15m"));
        await ShowsAsync(1, "eshop.products.reservations", ("age", "up_to_1h"));
        await ShowsAsync(2, "eshop.products.reservations", ("age", "over_1h"));
        await ShowsAsync(2, "eshop.events.dead_letters");

        await SqlAsync("DELETE FROM dead_letters");
        await SqlAsync("UPDATE reservations SET status = 'released'");
        await ShowsAsync(0, "eshop.events.dead_letters");
        await ShowsAsync(0, "eshop.products.reservations", ("age", "over_1h"));
    }

    [Fact]
    public async Task Payments_that_have_not_ended_are_shown_by_status_and_what_waits_for_a_person()
    {
        await using var payment = await StartAsync("Payment");
        foreach (var (status, expires) in new[] { ("awaiting_stock", 10), ("awaiting_payment", 10), ("awaiting_payment", 10), ("requires_action", 10), ("processing", -10), ("succeeded", -10) })
        {
            await SqlAsync(
                """
                INSERT INTO payments (order_id, status, refunded_amount, refunding_amount, history, attempts, version, expires_at, read_at)
                VALUES ($1, $2, 0, 0, '[]', 0, 1, now() + make_interval(mins => $3), CASE WHEN $2 = 'processing' THEN now() + interval '1 hour' END)
                """, Guid.CreateVersion7(), status, expires);
        }

        foreach (var (kind, times, dismissed) in new[] { ("dispute", 1, false), ("drift", 2, false), ("drift", 1, false), ("dispute", 1, true) })
        {
            await SqlAsync(
                "INSERT INTO concerns (id, kind, order_id, reference, detail, since, times, dismissed_at) VALUES ($1, $2, $1, 'x', 'x', now(), $3, CASE WHEN $4 THEN now() END)",
                Guid.NewGuid(), kind, times, dismissed);
        }

        foreach (var (status, count) in new[] { ("awaiting_stock", 1), ("awaiting_payment", 2), ("requires_action", 1), ("processing", 1) })
            await ShowsAsync(count, "eshop.payment.unfinished", ("status", status));
        await ShowsAsync(2, "eshop.payment.attention");
        await ShowsAsync(0, "eshop.payment.overdue");
        // Nobody ends it while its operation is being carried out.
        await SqlAsync(
            """
            WITH held AS (INSERT INTO operations (order_id, kind, attempt, key, intent_key, parameters, lease_token, lease_until, tries, opened_at)
                          SELECT order_id, 'cancel', 0, 'x', 'x', '{}', gen_random_uuid(), now() + interval '1 hour', 0, now() FROM payments WHERE status = 'requires_action')
            UPDATE payments SET expires_at = now() - interval '5 minutes' WHERE status = 'requires_action'
            """);
        await ShowsAsync(1, "eshop.payment.overdue");
    }

    [Fact]
    public async Task What_is_to_be_issued_and_drawn_is_shown()
    {
        await using var bill = await StartAsync("Bill");
        for (var i = 0; i < 3; i++)
            await SqlAsync("INSERT INTO drawing_jobs (invoice_id, due_at, attempts) VALUES ($1, now() + interval '1 hour', 0)", Guid.NewGuid());
        await SqlAsync("INSERT INTO invoice_jobs (order_id, \"order\", charge_id, paid_at, due_at, attempts) VALUES ($1, '{}', 'ch_1', now(), now() + interval '1 hour', 0)", Guid.NewGuid());

        await ShowsAsync(3, "eshop.bill.waiting", ("kind", "pdf"));
        await ShowsAsync(1, "eshop.bill.waiting", ("kind", "invoice"));
        await ShowsAsync(0, "eshop.bill.waiting", ("kind", "credit_note"));
    }

    [Fact]
    public async Task Logins_that_wait_for_their_hash_are_shown()
    {
        // One at a time, and each takes seconds; nobody waits for the answers.
        await using var users = await StartAsync("Users", ("Passwords__Cost", "16"), ("Passwords__Concurrency", "1"), ("Passwords__Niceness", "19"), ("Keys__Encryption", new string('k', 32)));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var asked = Enumerable.Range(0, 4).Select(i => users.Client.PostAsJsonAsync("/api/users/login", new { email = $"nobody-{i}@example.com", password = "wrong" }, enough.Token)).ToList();

        await Eventually.True(() => _receiver.Metric("lone-users", "eshop.users.password_hashes.waiting") == 3);

        await enough.CancelAsync();
        await Task.WhenAll(asked).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private Task<LoneProject> StartAsync(string service, params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>(_receiver.Environment($"lone-{service.ToLowerInvariant()}"))
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            [$"ConnectionStrings__{service.ToLowerInvariant()}db"] = _database,
            ["ConnectionStrings__redis"] = _redis.ConnectionString,
            ["services__users__http__0"] = shop.Address("users").ToString(),
            ["Stripe__ApiBase"] = shop.Address("stripe").ToString(),
            ["Bill__Browser"] = "/none",
            ["Telemetry__DatabaseEvery"] = "00:00:01",
        };
        foreach (var (name, value) in more)
            environment[name] = value;
        return LoneProject.StartAsync($"Services/{service}", environment);
    }

    private async Task SqlAsync(string sql, params object[] parameters)
    {
        await using var database = new NpgsqlConnection(_database);
        await database.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, database);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(Ct);
    }

    private Task ShowsAsync(double value, string name, params (string Name, string Value)[] attributes) => Eventually.True(
        () => _receiver.Metrics.Any(metric => metric.Name == name && metric.Value == value && attributes.All(a => metric.Attributes.GetValueOrDefault(a.Name) == a.Value)),
        what: $"{name} {string.Join(' ', attributes)} shows {value}");
}
