using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Users;

public sealed class SessionTests(Shop shop) : IDisposable
{
    private readonly Person _person = new(shop);

    public void Dispose() => _person.Dispose();

    [Fact]
    public async Task A_refresh_token_works_once_and_its_reuse_ends_the_family()
    {
        var first = await _person.Register();
        var second = await _person.Refresh(first.RefreshToken);
        Assert.Equal(200, second.Status);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);

        Assert.Equal(401, (await _person.Refresh(first.RefreshToken)).Status);
        Assert.Equal(401, (await _person.Refresh(second.RefreshToken)).Status);
    }

    [Fact]
    public async Task One_family_s_end_leaves_the_other_logins_alone()
    {
        var phone = await _person.Register();
        var laptop = await _person.Login();
        Assert.Equal(204, (await _person.Send(HttpMethod.Post, "/api/users/logout", token: phone.Token)).Status);
        Assert.Equal(401, (await _person.Refresh(phone.RefreshToken)).Status);
        Assert.Equal(200, (await _person.Refresh(laptop.RefreshToken)).Status);
    }

    [Fact]
    public async Task Of_two_refreshes_at_once_at_most_one_gets_a_pair()
    {
        var token = (await _person.Register()).RefreshToken;
        var answers = await Task.WhenAll(_person.Refresh(token), _person.Refresh(token));
        Assert.Equal([200, 401], answers.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task A_token_that_was_never_given_out_is_refused()
    {
        foreach (var token in (string[])["x", new string('A', 64), new string('!', 64), new string('x', 5000)])
            Assert.Equal(401, (await _person.Refresh(token)).Status);
        Assert.Equal(400, (await _person.Refresh("")).Status);
        Assert.Equal(400, (await _person.Post("refresh", new { refreshToken = 5 })).Status);
        Assert.Equal(401, (await _person.Send(HttpMethod.Post, "/api/users/logout")).Status);
    }

    [Fact]
    public async Task The_database_holds_no_refresh_token_no_password_and_no_key_in_the_clear()
    {
        var signedIn = await _person.Register();
        await using var database = await shop.Database("usersdb");
        await using var dump = new NpgsqlCommand("""
            SELECT (SELECT string_agg(u::text, ' ') FROM users u) || (SELECT string_agg(f::text, ' ') FROM refresh_families f) || (SELECT string_agg(k::text, ' ') FROM signing_keys k)
            """, database);
        var everything = (string)(await dump.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        Assert.DoesNotContain(Person.Password, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(signedIn.RefreshToken, everything, StringComparison.Ordinal);
        var secret = EShop.Users.Sessions.RefreshToken.Parse(signedIn.RefreshToken)!.Value.Secret;
        Assert.DoesNotContain(Convert.ToHexStringLower(secret), everything, StringComparison.Ordinal);
        Assert.Contains("$2a$10$", everything, StringComparison.Ordinal);
    }
}
