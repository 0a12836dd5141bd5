using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>The app model of the shop, as the fixture started it.</summary>
public sealed class ShopTests(Shop shop)
{
    [Fact]
    public Task Every_service_is_up() => shop.AllUp(TestContext.Current.CancellationToken);

    [Fact]
    public void Tests_run_on_free_ports_beside_a_shop_that_is_up() =>
        Assert.All(Shop.Services, name => Assert.InRange(shop.Address(name).Port, 20_000, 32_000));

    [Fact]
    public async Task Postgres_has_the_five_databases_and_listens_on_loopback_only()
    {
        await using var connection = await shop.Database("usersdb");
        await using var names = new NpgsqlCommand("SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname LIKE '%db' AND datname NOT LIKE 'test%'", connection);
        Assert.Equal("billdb cartdb paymentdb productsdb usersdb", await names.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        await using var address = new NpgsqlCommand("SELECT current_setting('listen_addresses') || ' ' || current_setting('fsync')", connection);
        Assert.Equal("localhost on", await address.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Redis_keeps_what_it_is_given_and_drops_nothing_when_it_is_full()
    {
        var redis = await shop.Redis();
        Assert.Equal("yes", (await redis.ExecuteAsync("CONFIG", "GET", "appendonly"))[1].ToString());
        Assert.Equal("noeviction", (await redis.ExecuteAsync("CONFIG", "GET", "maxmemory-policy"))[1].ToString());
    }
}

/// <summary>The other shop, in which things are taken away.</summary>
[Collection(nameof(Troubled))]
public sealed class TroubledShopTests(Shop shop)
{
    [Fact]
    public Task Every_service_is_up() => shop.AllUp(TestContext.Current.CancellationToken);
}
