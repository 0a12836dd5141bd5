using EShop.Cart;
using EShop.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace EShop.Tests.Cart;

/// <summary>What only ages is removed, and nothing else.</summary>
public sealed class PurgeTests(Shop shop)
{
    [Fact]
    public async Task A_guests_cart_goes_after_30_days_and_a_users_never()
    {
        var (guest, young, user, product) = (Guid.NewGuid(), Guid.NewGuid(), Guid.CreateVersion7(), await shop.Replica());
        await shop.Sql("INSERT INTO carts (id, guest, version, touched_on) VALUES ($1, true, 1, current_date - 32), ($2, true, 1, current_date - 28), ($3, false, 1, current_date - 99)", guest, young, user);
        await shop.Sql("INSERT INTO cart_lines SELECT unnest($1), $2, 1, now()", new[] { guest, young, user }, product);

        await Purge();

        Assert.Equal(2, await shop.Value<long>("SELECT count(*) FROM carts WHERE id = ANY($1)", new[] { guest, young, user }));
        Assert.Equal(0, await shop.Value<long>("SELECT count(*) FROM cart_lines WHERE cart_id = $1", guest));
    }

    [Fact]
    public async Task Old_ends_go_open_orders_and_tombstones_in_a_cart_stay()
    {
        var (old, open, user) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await shop.Sql("INSERT INTO orders (id, user_id, content, placed_at, tell_at, closed_at) VALUES ($1, $3, '{}', now(), now(), now() - interval '366 days'), ($2, $3, '{}', now() - interval '999 days', now() + interval '1 hour', NULL)", old, open, user);
        var (gone, held) = (await shop.Replica(), await shop.Replica());
        await shop.Guest().Add(held).Ok();
        await shop.Sql("UPDATE products SET deleted_at = now() - interval '31 days' WHERE id = ANY($1)", new[] { gone, held });

        await Purge();

        Assert.Equal(open, await shop.Value<Guid>("SELECT id FROM orders WHERE user_id = $1", user));
        Assert.Equal(held, await shop.Value<Guid>("SELECT id FROM products WHERE id = ANY($1)", new[] { gone, held }));
    }

    private async Task Purge()
    {
        await using var connection = await shop.Database("cartdb");
        await using var services = new ServiceCollection().AddDbContext<CartDb>(options => options.UseNpgsql(connection).UseSnakeCaseNamingConvention()).BuildServiceProvider();
        using var purge = new PurgeExpired(services.GetRequiredService<IServiceScopeFactory>(), TimeProvider.System, Options.Create(new CartOptions()), NullLogger<PurgeExpired>.Instance);
        await purge.PurgeAsync(TestContext.Current.CancellationToken);
    }
}
