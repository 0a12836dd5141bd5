using System.Net.Http.Headers;
using System.Text.Json;
using EShop.Contracts;
using EShop.Tests.Products;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Messaging;

/// <summary>What an operator sees of the bus over HTTP, and does about it.</summary>
public sealed class OperationsTests(Shop shop, SharedPostgres postgres, SharedProducts shared)
{
    private const string Path = "/api/ops/products/messages";

    public static TheoryData<string> Services => [.. Subscribers.Of.Keys];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task An_admin_sees_how_a_service_stands_with_the_bus_and_nobody_else_does(string service)
    {
        var path = $"/api/ops/{service}/messages";
        using var guest = shop.Client();
        var customer = await shop.Customer();
        foreach (var (method, call) in (IEnumerable<(HttpMethod, string)>)[(HttpMethod.Get, ""), (HttpMethod.Get, "/dead"), (HttpMethod.Post, $"/dead/{Guid.NewGuid()}/retry"), (HttpMethod.Delete, $"/dead/{Guid.NewGuid()}")])
        {
            await guest.Send(method, path + call).Is(401, "unauthorized");
            await customer.Client.Send(method, path + call).Is(403, "forbidden");
        }

        using var admin = await shop.Admin();
        var seen = await Eventually.Get(
            () => admin.Send(HttpMethod.Get, path).Ok(),
            now => now.GetProperty("broker").GetProperty("state").GetString() == "up" && now.GetProperty("subscribers").EnumerateArray().All(s => s.GetProperty("present").GetBoolean()));
        Assert.Equal(service, seen.GetProperty("service").GetString());
        Assert.Equal(Subscribers.Of[service].Order(), seen.GetProperty("subscribers").EnumerateArray().Where(s => s.GetProperty("declared").GetBoolean()).Select(s => s.GetProperty("name").GetString()!).Order());
        Assert.All(seen.GetProperty("subscribers").EnumerateArray(), subscriber => Assert.True(subscriber.GetProperty("lag").GetInt64() >= 0));
        Assert.NotEqual(Guid.Empty, seen.GetProperty("broker").GetProperty("epoch").GetGuid());
        Assert.True(seen.GetProperty("outbox").GetProperty("backlog").GetInt64() >= 0);
        await admin.Send(HttpMethod.Post, $"{path}/dead/{Guid.NewGuid()}/retry").Is(404, "not-found");
        await admin.Send(HttpMethod.Delete, $"{path}/dead/{Guid.NewGuid()}").Is(404, "not-found");
    }

    [Fact]
    public async Task A_token_of_more_than_five_minutes_ago_opens_no_operation()
    {
        var world = await shared.WorldAsync(postgres);
        await Asked(TimeSpan.FromMinutes(4)).Ok();
        foreach (var (method, path) in (IEnumerable<(HttpMethod, string)>)[(HttpMethod.Get, Path), (HttpMethod.Get, Path + "/dead"), (HttpMethod.Post, Path + "/resend"), (HttpMethod.Delete, $"{Path}/dead/{Guid.NewGuid()}")])
            await world.Guest.Send(method, path, null, ("Authorization", world.Bearer("admin", TimeSpan.FromMinutes(6)).ToString())).Is(401, "unauthorized");
        using var refused = await Asked(TimeSpan.FromMinutes(6));
        Assert.Equal(new AuthenticationHeaderValue("Bearer", "error=\"insufficient_user_authentication\", max_age=300"), Assert.Single(refused.Headers.WwwAuthenticate));
        // What is no operation stays open to it.
        await world.Guest.Send(HttpMethod.Delete, $"/api/products/{Guid.NewGuid()}", null, ("Authorization", world.Bearer("admin", TimeSpan.FromMinutes(6)).ToString())).Is(404, "not-found");

        Task<HttpResponseMessage> Asked(TimeSpan age) => world.Guest.Send(HttpMethod.Get, Path, null, ("Authorization", world.Bearer("admin", age).ToString()));
    }

    [Fact]
    public async Task A_dead_letter_is_listed_tried_again_once_its_cause_is_gone_or_dropped()
    {
        var world = await shared.WorldAsync(postgres);
        var (mended, hopeless) = (StockWorld.Order((await world.ProductAsync(10), 3)), StockWorld.Order((await world.ProductAsync(10), 3)));
        foreach (var order in (Order[])[mended, hopeless])
        {
            await world.AppendAsync(new PaymentCanceled(order, "expired"));
            await Eventually.Get(() => world.ValueAsync<long>($"SELECT count(*) FROM reservations WHERE order_id = '{order.OrderId}'"), rows => rows == 1);
            await world.AppendAsync(new PaymentSucceeded(order, "pi_1", "ch_1", DateTimeOffset.UtcNow));
        }

        var letter = await LetterAsync(mended);
        var dropped = await LetterAsync(hopeless);
        Assert.Equal(("payment", "payment.succeeded", 5), (letter.GetProperty("publisher").GetString(), letter.GetProperty("type").GetString(), letter.GetProperty("tries").GetInt32()));
        Assert.NotEmpty(letter.GetProperty("error").GetString()!);
        Assert.Equal(mended.OrderId.ToString(), letter.GetProperty("event").GetProperty("subject").GetString());
        Assert.Equal(1, (await world.Admin.Send(HttpMethod.Get, Path + "/dead?pageSize=1").Ok()).GetProperty("items").GetArrayLength());
        await world.Admin.Send(HttpMethod.Get, Path + "/dead?page=0").Is(400, "validation");
        Assert.True((await world.Admin.Send(HttpMethod.Get, Path).Ok()).GetProperty("deadLetters").GetInt64() >= 2);

        Assert.Equal("failed", await RetriedAsync(letter));
        await world.ValueAsync<Guid>($"DELETE FROM reservations WHERE order_id = '{mended.OrderId}' RETURNING order_id");
        Assert.Equal("applied", await RetriedAsync(letter));
        Assert.True(await world.ValueAsync<bool>($"SELECT payment_due FROM reservations WHERE order_id = '{mended.OrderId}'"));
        await world.Admin.Send(HttpMethod.Post, $"{Path}/dead/{letter.GetProperty("id").GetString()}/retry").Is(404, "not-found");

        using var gone = await world.Admin.Send(HttpMethod.Delete, $"{Path}/dead/{dropped.GetProperty("id").GetString()}");
        Assert.Equal(204, (int)gone.StatusCode);
        await world.Admin.Send(HttpMethod.Delete, $"{Path}/dead/{dropped.GetProperty("id").GetString()}").Is(404, "not-found");
        await world.Admin.Send(HttpMethod.Delete, Path + "/dead/not-an-id").Is(400, "validation");

        async Task<JsonElement> LetterAsync(Order order) => (await Eventually.Get(
            () => world.Admin.Send(HttpMethod.Get, Path + "/dead?pageSize=100").Ok(),
            page => page.GetProperty("items").EnumerateArray().Any(item => item.GetProperty("subject").GetString() == order.OrderId.ToString()),
            TimeSpan.FromSeconds(60))).GetProperty("items").EnumerateArray().Single(item => item.GetProperty("subject").GetString() == order.OrderId.ToString());

        async Task<string> RetriedAsync(JsonElement letter) =>
            (await world.Admin.Send(HttpMethod.Post, $"{Path}/dead/{letter.GetProperty("id").GetString()}/retry").Ok()).GetProperty("result").GetString()!;
    }

    [Fact]
    public async Task A_broker_that_is_away_is_said_to_be_and_the_backlog_is_counted()
    {
        await using var world = await ProductsWorld.BeginAsync(postgres);
        await world.StartAsync();
        await Eventually.Get(StateAsync, state => state == "up");
        await world.Redis.KillAsync();
        await world.ProductAsync();

        var seen = await Eventually.Get(() => world.Admin.Send(HttpMethod.Get, Path).Ok(), now => now.GetProperty("broker").GetProperty("state").GetString() == "away");
        Assert.Equal(1, seen.GetProperty("outbox").GetProperty("backlog").GetInt64());
        Assert.True(seen.GetProperty("outbox").GetProperty("oldestAge").GetDouble() >= 0);
        Assert.Equal(["cart", "payment"], seen.GetProperty("subscribers").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        await world.Redis.StartAsync();
        await Eventually.Get(StateAsync, state => state == "up", TimeSpan.FromSeconds(45));
        await Eventually.Get(() => world.Admin.Send(HttpMethod.Get, Path).Ok(), now => now.GetProperty("outbox").GetProperty("backlog").GetInt64() == 0);

        async Task<string?> StateAsync() => (await world.Admin.Send(HttpMethod.Get, Path).Ok()).GetProperty("broker").GetProperty("state").GetString();
    }

    [Fact]
    public async Task A_resend_tells_every_product_of_the_catalogue_once_in_batches()
    {
        await using var world = await ProductsWorld.BeginAsync(postgres);
        await world.StartAsync();
        await world.ValueAsync<long>(
            """
            WITH wares AS (
                INSERT INTO products (id, name, price, tax_rate, stock, reserved, version, stock_version, created_at, updated_at, deleted_at)
                SELECT gen_random_uuid(), 'Ware ' || n, n * 100, 21, n, 0, 3, 4, now(), now(), CASE WHEN n > 1203 THEN now() END FROM generate_series(1, 1205) n RETURNING id)
            SELECT count(*) FROM wares
            """);
        var last = await world.ValueAsync<Guid>("SELECT id FROM products ORDER BY id DESC LIMIT 1");
        // A process that just began compiles its first query, on a busy machine for longer than a request may take. Each call below is counted, and so can't be repeated.
        var none = await Eventually.Get(() => world.Admin.Send(HttpMethod.Post, $"{Path}/resend?after={last}"), answer => answer.IsSuccessStatusCode);
        Assert.Equal(0, (await none.Body()).GetProperty("sent").GetInt32());
        var sent = 0;
        for (JsonElement? next = null; next?.ValueKind != JsonValueKind.Null;)
        {
            var resent = await world.Admin.Send(HttpMethod.Post, Path + (next is null ? "/resend" : $"/resend?after={next.Value.GetString()}")).Ok();
            sent += resent.GetProperty("sent").GetInt32();
            next = resent.GetProperty("next");
        }

        Assert.Equal(1203, sent);
        Assert.Equal("1203 1203", await world.ValueAsync<string>("SELECT count(*) || ' ' || count(DISTINCT subject) FROM outbox WHERE type = 'product.updated'"));
        Assert.Equal(0L, await world.ValueAsync<long>("SELECT count(*) FROM outbox o JOIN products p ON p.id::text = o.subject WHERE p.stock <> (o.data::jsonb #>> '{product,stock}')::int OR p.deleted_at IS NOT NULL"));
        await world.Admin.Send(HttpMethod.Post, Path + "/resend?after=here").Is(400, "validation");
    }
}
