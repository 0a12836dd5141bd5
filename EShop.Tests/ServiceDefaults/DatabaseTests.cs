using EShop.ServiceDefaults;
using EShop.Tests.Cart;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.ServiceDefaults;

/// <summary>How many connections a service holds, and how long it waits for one.</summary>
public sealed class DatabaseTests(Shop shop)
{
    [Fact]
    public void What_a_connection_string_leaves_open_is_set()
    {
        var set = new NpgsqlConnectionStringBuilder(DatabaseExtensions.Pooled("Host=db;Database=cartdb"));

        Assert.Equal((8, 4, 4, 60), (set.MaxPoolSize, set.Timeout, set.CommandTimeout, set.ConnectionIdleLifetime));
        Assert.Contains("lock_timeout=3s", set.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_connection_string_says_is_kept()
    {
        var kept = new NpgsqlConnectionStringBuilder(DatabaseExtensions.Pooled("Host=db;Maximum Pool Size=20;Timeout=1;Command Timeout=9;Options=-c lock_timeout=1s"));

        Assert.Equal((20, 1, 9, "-c lock_timeout=1s"), (kept.MaxPoolSize, kept.Timeout, kept.CommandTimeout, kept.Options));
    }

    [Fact]
    public async Task However_many_ask_at_once_a_service_holds_few_connections()
    {
        var product = await shop.Replica();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => shop.Guest().Add(product).Ok()));

        // Eight, one that migrated, and this run's own side has four at most.
        Assert.InRange(await shop.Value<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = 'cartdb' AND backend_type = 'client backend'"), 1, 13);
    }
}
