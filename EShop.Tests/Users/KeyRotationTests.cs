using EShop.Tests.Support;
using EShop.Users;
using EShop.Users.Keys;
using EShop.Users.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EShop.Tests.Users;

/// <summary>The keys of two replicas over one database, through the months.</summary>
public sealed class KeyRotationTests(Shop shop) : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 1, 52, 0, TimeSpan.Zero));
    private readonly KeysOptions _options = new() { Encryption = new string('k', 32) };
    private ServiceProvider _services = null!;
    private SigningKeys _one = null!;
    private SigningKeys _two = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var database = await shop.NewDatabase();
        _services = new ServiceCollection().AddDbContext<UsersDb>(options => options.UseNpgsql(database).UseSnakeCaseNamingConvention()).BuildServiceProvider();
        await InDatabase(db => db.Database.MigrateAsync(Ct));
        (_one, _two) = (Replica(), Replica());
        await Task.WhenAll(Look(_one), Look(_two));
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task Two_replicas_on_an_empty_database_sign_with_one_key()
    {
        Assert.Equal(_one.Signing.Key.KeyId, _two.Signing.Key.KeyId);
        Assert.Equal([_one.Signing.Key.KeyId], _two.Current.Keys);
        var before = _one.Current;
        await Look(_one);
        Assert.Same(before, _one.Current);
    }

    [Fact]
    public async Task A_successor_is_published_before_it_signs_and_its_predecessor_stays_until_its_last_token_is_dead()
    {
        var first = _one.Signing.Key.KeyId;
        _clock.Advance(_options.RotateEvery - _options.Notice - TimeSpan.FromSeconds(1));
        await Look(_one);
        Assert.Equal([first], _one.Current.Keys);

        _clock.Advance(TimeSpan.FromSeconds(2));
        await Task.WhenAll(Look(_one), Look(_two));
        var second = Assert.Single(_one.Current.Keys, kid => kid != first);
        Assert.Equal(_one.Current.Keys.Order(), _two.KeySet.Keys.Select(key => key.Kid).Order());
        Assert.Equal(first, _one.Signing.Key.KeyId);
        Assert.Equal(first, _two.Signing.Key.KeyId);

        _clock.Advance(_options.Notice);
        Assert.Equal(second, _one.Signing.Key.KeyId);
        _clock.Advance(TimeSpan.FromMinutes(15));
        await Look(_one);
        Assert.Contains(first, _one.Current.Keys);
        _clock.Advance(TimeSpan.FromMinutes(6));
        await Task.WhenAll(Look(_one), Look(_two));
        Assert.Equal([second], _one.Current.Keys);
        Assert.Equal([second], _two.Current.Keys);
    }

    [Fact]
    public async Task A_key_whose_row_is_deleted_is_trusted_no_more_and_another_signs_at_once()
    {
        var stolen = _one.Signing.Key.KeyId;
        await InDatabase(db => db.SigningKeys.ExecuteDeleteAsync(Ct));
        await Look(_one);
        Assert.DoesNotContain(stolen, _one.Current.Keys);
        Assert.DoesNotContain(_one.KeySet.Keys, key => key.Kid == stolen);

        // The other replica meets the new key in a token before it has looked by itself.
        Assert.DoesNotContain(_one.Signing.Key.KeyId, _two.Current.Keys);
        _clock.Advance(TimeSpan.FromSeconds(11));
        await _two.RefreshAsync(Ct);
        Assert.Equal(_one.Current.Keys, _two.Current.Keys);
    }

    [Fact]
    public async Task Where_the_signing_key_is_retired_its_published_successor_does_not_wait()
    {
        var stolen = _one.Signing.Key.KeyId;
        _clock.Advance(_options.RotateEvery - TimeSpan.FromMinutes(1));
        await Look(_one);
        await InDatabase(db => db.SigningKeys.Where(key => key.Kid == stolen).ExecuteDeleteAsync(Ct));
        await Look(_one);
        Assert.Equal([_one.Signing.Key.KeyId], _one.Current.Keys);
        Assert.NotEqual(stolen, _one.Signing.Key.KeyId);
    }

    private SigningKeys Replica() => new(
        new KeyEncryption(Options.Create(_options)), _services.GetRequiredService<IServiceScopeFactory>(), _clock, Options.Create(_options), Options.Create(new TokenLifetimes()));

    private Task Look(SigningKeys keys) => InDatabase(db => keys.LoadAsync(db, Ct));

    private async Task InDatabase(Func<UsersDb, Task> act)
    {
        await using var scope = _services.CreateAsyncScope();
        await act(scope.ServiceProvider.GetRequiredService<UsersDb>());
    }
}
