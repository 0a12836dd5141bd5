using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using EShop.Tests.Cart;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G9: one <c>Idempotency-Key</c>, one effect. Every operation of the OpenAPI documents that takes one has a case here.</summary>
[Collection(nameof(Troubled))]
public sealed class G9OneKeyOneEffectTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A keyed call, what it takes with another body, and how its effect looks from outside when it was done once.</summary>
    private sealed record Case(string Service, HttpClient Client, string Path, object Body, object OtherBody, Func<Task<string>> Effect, string Once);

    private Dictionary<string, Func<Task<Case>>> Cases => new()
    {
        ["POST /api/products"] = CreateAsync,
        ["POST /api/products/{id}/stock"] = CorrectAsync,
        ["POST /api/cart"] = AddAsync,
        ["POST /api/cart/checkout"] = CheckOutAsync,
        ["POST /api/payment"] = async () => await OrderAsync("/api/payment", isPaid: false, id => new { orderId = id, paymentMethod = "pm_card_visa" }, "(1, 1, 1250, 0) (4, 0, 4)"),
        ["POST /api/payment/cancel"] = async () => await OrderAsync("/api/payment/cancel", isPaid: true, id => new { orderId = id }, "(1, 1, 1250, 1250) (5, 0, 5)"),
        ["POST /api/payment/refund"] = async () => await OrderAsync("/api/payment/refund", isPaid: true, id => new { orderId = id, amount = 1.00m }, "(1, 1, 1250, 100) (4, 0, 4)") with { Client = await shop.Admin() },
    };

    [Fact]
    public async Task Every_call_that_takes_a_key_has_a_case_here()
    {
        var keyed = (await Operation.AllAsync(shop)).Where(operation => operation.Parameters("header").Any(header => header.GetProperty("name").GetString() == "Idempotency-Key"));
        Assert.Equal(Cases.Keys.Order(StringComparer.Ordinal), keyed.Select(operation => operation.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Fifty_at_once_are_one_effect_and_one_answer_and_another_body_is_refused()
    {
        foreach (var (name, prepare) in Cases)
        {
            var (call, key) = (await prepare(), Guid.NewGuid().ToString());
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AskAsync(call, call.Body, key)));

            var first = Assert.Single(answers, answer => answer.Headers.RetryAfter is null && !answer.Headers.Contains("Idempotency-Replayed"));
            Assert.True(first.IsSuccessStatusCode, $"{name}: {(int)first.StatusCode} {await first.Content.ReadAsStringAsync(Stop)}");
            foreach (var answer in answers.Append(await AskAsync(call, call.Body, key)))
            {
                if (answer.Headers.RetryAfter is null)
                    Assert.Equal((first.StatusCode, await first.Content.ReadAsStringAsync(Stop)), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop)));
                else
                    Assert.True(answer.StatusCode == HttpStatusCode.Conflict, $"{name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}");
            }

            await AskAsync(call, call.OtherBody, key).Is(422, "key-reused");
            await Eventually.Get(call.Effect, effect => effect == call.Once, what: $"{name} took effect once: {call.Once}");
        }
    }

    [Fact]
    public async Task A_process_that_is_killed_in_the_middle_has_done_it_once_or_not_at_all_and_the_repeat_finds_out() => await AmidKills(rounds: 1);

    [Fact(Explicit = true)]
    public async Task Killed_again_and_again_in_the_middle_it_is_still_done_once() => await AmidKills(rounds: 20);

    [Fact]
    public async Task A_client_that_repeats_every_keyed_request_at_random_ends_as_one_that_sends_each_once() => await Repeats(TimeSpan.FromSeconds(5));

    [Fact(Explicit = true)]
    public async Task A_client_that_repeats_every_keyed_request_at_random_for_five_minutes_ends_as_one_that_sends_each_once() => await Repeats(TimeSpan.FromMinutes(5));

    private async Task AmidKills(int rounds)
    {
        var random = Seed();
        for (var round = 0; round < rounds; round++)
        {
            var calls = new List<Case>();
            foreach (var prepare in Cases.Values)
                calls.Add(await prepare());
            await Task.WhenAll(calls.GroupBy(call => call.Service).Select(async service =>
            {
                var patient = service.Select(call => (Call: call, Answer: new Shopper(new(call.Client, default, "", "", "")).Repeat(call.Path, call.Body))).ToList();
                using var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(random.Next(1, 60)));
                await moment.WaitForNextTickAsync(Stop);
                await shop.Kill(service.Key);
                foreach (var (call, answered) in patient)
                {
                    using var answer = await answered;
                    Assert.True(answer.IsSuccessStatusCode, $"{call.Path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}");
                    await Eventually.Get(call.Effect, effect => effect == call.Once, TimeSpan.FromSeconds(60), $"{call.Path} took effect once: {call.Once}");
                }

                await shop.Healthy(service.Key, Stop);
            }));
        }
    }

    private async Task Repeats(TimeSpan during)
    {
        const int products = 3;
        var random = Seed();
        var once = new KeyedClient(shop, await shop.Customer(), await shop.Admin(), chance: null);
        var repeating = new KeyedClient(shop, await shop.Customer(), await shop.Admin(), new Random(random.Next()));
        await Task.WhenAll(once.Stock(products), repeating.Stock(products));
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < during;)
        {
            var step = Step.Of(random, products);
            await Task.WhenAll(once.Do(step), repeating.Do(step));
        }

        await repeating.Finish();
        await Eventually.True(async () => await once.IsBilled() && await repeating.IsBilled(), TimeSpan.FromSeconds(60), "all that was paid is invoiced");
        var books = await Eventually.Get(once.Books, _ => true);
        TestContext.Current.TestOutputHelper!.WriteLine($"{once.Orders} orders each, {repeating.Repeated} repeats\n{books}");
        Assert.True(repeating.Repeated > once.Orders);
        Assert.Equal(books, await repeating.Books());
    }

    private static Random Seed()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        return new Random(seed);
    }

    private static Task<HttpResponseMessage> AskAsync(Case call, object body, string key) => call.Client.Send(HttpMethod.Post, call.Path, body, ("Idempotency-Key", key));

    private async Task<Case> CreateAsync()
    {
        var name = $"Keyed {Guid.NewGuid():N}";
        return new("products", await shop.Admin(), "/api/products", new { name, price = 1m, stock = 1 }, new { name, price = 2m, stock = 1 },
            async () => $"{await Value("productsdb", "SELECT count(*) FROM products WHERE name = $1", name)}", "1");
    }

    private async Task<Case> CorrectAsync()
    {
        var created = await (await shop.Admin()).PostAsJsonAsync("/api/products", new { name = "Taza", price = 1m, stock = 5 }, Stop).Ok(201);
        var id = created.GetProperty("id").GetGuid();
        return new("products", await shop.Admin(), $"/api/products/{id}/stock", new { delta = 2, reason = "counted" }, new { delta = 3, reason = "counted" },
            async () => $"{await Value("productsdb", "SELECT stock::bigint FROM products WHERE id = $1", id)}", "7");
    }

    private async Task<Case> AddAsync()
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica());
        return new("cart", customer.Client, "/api/cart", new { productId = product, quantity = 2 }, new { productId = product, quantity = 3 },
            async () => string.Join(' ', await customer.Client.Lines()), $"{(product, 2)}");
    }

    private async Task<Case> CheckOutAsync()
    {
        var (customer, product) = (await shop.Customer(), await shop.Replica());
        await customer.Client.Add(product).Ok();
        return new("cart", customer.Client, "/api/cart/checkout", new { locale = "es" }, new { locale = "en" },
            async () => $"{await Value("cartdb", "SELECT count(*) FROM orders WHERE user_id = $1", customer.Id)} {(await customer.Client.Lines()).Length}", "1 0");
    }

    private async Task<Case> OrderAsync(string path, bool isPaid, Func<Guid, object> body, string once)
    {
        var order = await shop.Order();
        if (isPaid)
            await order.Pay().Ok();
        return new("payment", order.Client, path, body(order.Id), new { orderId = order.Id, reason = "another", amount = 2.00m },
            async () => $"{await shop.Ledger(order)} {await order.Stock()}", once);
    }

    private async Task<long> Value(string database, string sql, object parameter)
    {
        await using var connection = await shop.Database(database);
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = parameter } } };
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
