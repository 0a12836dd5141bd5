using System.Net.Http.Headers;
using System.Net.Http.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Users;

public sealed class PasswordChangeTests(Shop shop) : IDisposable
{
    private const string Next = "another horse battery";

    private readonly Person _person = new(shop);

    public void Dispose() => _person.Dispose();

    [Fact]
    public async Task A_new_password_replaces_the_old_one_and_ends_every_other_login()
    {
        var (mine, other) = (await _person.Register(), await _person.Login());

        Assert.Equal(204, (await ChangeAsync(mine.Token, Person.Password, Next)).Status);

        Assert.Equal(401, (await _person.Login()).Status);
        Assert.Equal(200, (await _person.Login(Next)).Status);
        Assert.Equal(401, (await _person.Refresh(other.RefreshToken)).Status);
        Assert.Equal(200, (await _person.Refresh(mine.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_login_with_the_old_password_that_is_under_way_does_not_outlive_the_change()
    {
        var mine = await _person.Register();
        for (var round = 0; round < 6; round++)
        {
            var (old, next) = round % 2 == 0 ? (Person.Password, Next) : (Next, Person.Password);
            var logins = Enumerable.Range(0, 3).Select(_ => _person.Login(old)).ToList();
            var changed = await ChangeAsync(mine.Token, old, next);
            Assert.Equal(204, changed.Status);
            foreach (var login in await Task.WhenAll(logins))
            {
                if (login.Status == 200)
                    Assert.Equal(401, (await _person.Refresh(login.RefreshToken)).Status);
            }

            Assert.Equal(200, (await _person.Login(next)).Status);
        }
    }

    [Fact]
    public async Task Guessing_the_current_password_is_as_slow_as_at_the_login_and_counts_with_it()
    {
        var mine = await _person.Register();
        for (var i = 0; i < 5; i++)
        {
            var wrong = await ChangeAsync(mine.Token, "not the password", Next);
            Assert.Equal((400, "validation"), (wrong.Status, wrong.Problem));
            Assert.True(wrong.Body.GetProperty("errors").TryGetProperty("currentPassword", out _));
        }

        var sixth = await ChangeAsync(mine.Token, Person.Password, Next);
        Assert.Equal((429, "too-many-requests"), (sixth.Status, sixth.Problem));
        Assert.NotNull(sixth.Headers.RetryAfter);
        Assert.Equal(429, (await _person.Login()).Status);
    }

    [Fact]
    public async Task What_is_no_password_and_who_has_read_another_account_are_refused()
    {
        var mine = await _person.Register();
        foreach (var password in (string[])["", "1234567", new string('x', 73)])
        {
            var refused = await ChangeAsync(mine.Token, Person.Password, password);
            Assert.Equal((400, "validation"), (refused.Status, refused.Problem));
            Assert.True(refused.Body.GetProperty("errors").TryGetProperty("newPassword", out _));
        }

        Assert.Equal(400, (await ChangeAsync(mine.Token, "", Next)).Status);
        Assert.Equal(401, (await ChangeAsync(null, Person.Password, Next)).Status);
        Assert.Equal((412, "version-mismatch"), await ConditionalAsync("\"7\""));
        var tag = (await _person.Send(HttpMethod.Get, "/api/users/me", token: mine.Token)).Headers.ETag!.Tag;
        Assert.Equal(204, (await ConditionalAsync(tag)).Status);
        Assert.NotEqual(tag, (await _person.Send(HttpMethod.Get, "/api/users/me", token: mine.Token)).Headers.ETag!.Tag);

        async Task<(int Status, string? Problem)> ConditionalAsync(string ifMatch)
        {
            using var users = shop.Client("users");
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/users/me/password") { Content = JsonContent.Create(new { currentPassword = Person.Password, newPassword = Next }) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", mine.Token);
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(ifMatch));
            var answer = await Answer.Of(await users.SendAsync(request, TestContext.Current.CancellationToken));
            return (answer.Status, answer.Problem);
        }
    }

    private Task<Answer> ChangeAsync(string? token, string current, string next) =>
        _person.Send(HttpMethod.Put, "/api/users/me/password", JsonContent.Create(new { currentPassword = current, newPassword = next }), token);
}
