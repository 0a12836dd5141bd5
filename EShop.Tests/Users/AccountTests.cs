using System.Text;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Users;

public sealed class AccountTests(Shop shop) : IDisposable
{
    private readonly Person _person = new(shop);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _person.Dispose();

    [Fact]
    public async Task A_registration_signs_in_a_customer_whatever_role_it_asks_for()
    {
        var registered = await _person.Register();
        Assert.Equal(201, registered.Status);
        Assert.Equal("/api/users/me", registered.Headers.Location?.OriginalString);
        Assert.Equal(["user", "token", "expiresAt", "refreshToken"], registered.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["id", "name", "email", "role", "createdAt"], registered.User.EnumerateObject().Select(member => member.Name));
        Assert.InRange(registered.Body.GetProperty("expiresAt").GetDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(13), TimeSpan.FromMinutes(15));
        Assert.Equal("Ana Núñez", registered.User.GetProperty("name").GetString());
        Assert.Equal("customer", registered.User.GetProperty("role").GetString());

        var me = await _person.Send(HttpMethod.Get, "/api/users/me", token: registered.Token);
        Assert.Equal(registered.User.GetRawText(), me.Body.GetRawText());
        Assert.DoesNotContain("$2", me.Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(304, (await _person.Send(HttpMethod.Get, "/api/users/me", token: registered.Token, ifNoneMatch: me.Headers.ETag!.Tag)).Status);

        var valid = await _person.Send(HttpMethod.Get, "/api/users/validate", token: registered.Token);
        Assert.True(valid.Body.GetProperty("valid").GetBoolean());
        Assert.Equal(registered.Text("expiresAt"), valid.Text("expiresAt"));
    }

    [Fact]
    public async Task An_address_is_registered_once_however_it_is_spelt_and_however_many_try_at_once()
    {
        var answers = await Task.WhenAll(
            _person.Register(),
            _person.Post("register", new { name = "Twin", email = $"  {_person.Email.ToUpperInvariant()} ", password = Person.Password }));
        Assert.Equal([201, 409], answers.Select(answer => answer.Status).Order());
        Assert.Equal("email-taken", answers.Single(answer => answer.Status == 409).Problem);
        Assert.Equal(200, (await _person.Login(email: _person.Email.ToLowerInvariant())).Status);
    }

    [Fact]
    public async Task A_registration_is_told_to_the_others_once()
    {
        var id = (await _person.Register()).User.GetProperty("id").GetString()!;
        await using var database = await shop.Database("usersdb");
        await using var told = new NpgsqlCommand("SELECT count(*) FROM outbox WHERE type = 'user.registered' AND subject = $1", database) { Parameters = { new() { Value = id } } };
        Assert.Equal(1L, await told.ExecuteScalarAsync(Ct));
    }

    [Theory]
    [InlineData("""{}""", 400, "name")]
    [InlineData("""{"name":"","email":"a@b.test","password":"12345678"}""", 400, "name")]
    [InlineData("""{"name":"a\u0000b","email":"a@b.test","password":"12345678"}""", 400, "name")]
    [InlineData("""{"name":"a\nb","email":"a@b.test","password":"12345678"}""", 400, "name")]
    [InlineData("""{"name":null,"email":"a@b.test","password":"12345678"}""", 400, "name")]
    [InlineData("""{"name":7,"email":"a@b.test","password":"12345678"}""", 400, "name")]
    [InlineData("""{"name":"A","email":"nobody","password":"12345678"}""", 400, "email")]
    [InlineData("""{"name":"A","email":"a@b.test","password":"1234567"}""", 400, "password")]
    [InlineData("""[]""", 400, "body")]
    public async Task Bad_input_is_refused_and_the_member_named(string body, int status, string member)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await _person.Send(HttpMethod.Post, "/api/users/register", content);
        Assert.Equal(status, answer.Status);
        Assert.Equal("validation", answer.Problem);
        Assert.True(answer.Body.GetProperty("errors").TryGetProperty(member, out _), answer.Body.GetRawText());
    }

    [Theory]
    [InlineData("""{}""", "email")]
    [InlineData("""{"email":"a@b.test"}""", "password")]
    [InlineData("""{"email":"a@b.test","password":""}""", "password")]
    [InlineData("""{"email":"a@b.test","password":null}""", "password")]
    [InlineData("""{"email":["a@b.test"],"password":"12345678"}""", "email")]
    [InlineData("""{"email":"a@b.test","email":"c@d.test","password":"12345678"}""", "email")]
    [InlineData("""{"email":"a\ud800@b.test","password":"12345678"}""", "email")]
    public async Task A_login_that_can_not_be_read_is_refused_and_counts_as_no_failure(string body, string member)
    {
        for (var i = 0; i < 6; i++)
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            var answer = await _person.Send(HttpMethod.Post, "/api/users/login", content);
            Assert.Equal((400, "validation"), (answer.Status, answer.Problem));
            Assert.True(answer.Body.GetProperty("errors").TryGetProperty(member, out _), answer.Body.GetRawText());
        }
    }

    [Fact]
    public async Task What_is_no_json_or_too_much_of_it_is_refused()
    {
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        Assert.Equal(415, (await _person.Send(HttpMethod.Post, "/api/users/register", text)).Status);
        using var huge = new StringContent($$"""{"name":"{{new string('x', 70_000)}}"}""", Encoding.UTF8, "application/json");
        Assert.Equal(413, (await _person.Send(HttpMethod.Post, "/api/users/register", huge)).Status);
        using var broken = new ByteArrayContent([0x7B, 0x22, 0xFF, 0xFE, 0x22]) { Headers = { ContentType = new("application/json") } };
        Assert.Equal(400, (await _person.Send(HttpMethod.Post, "/api/users/register", broken)).Status);
        Assert.Equal(405, (await _person.Send(HttpMethod.Get, "/api/users/register")).Status);
    }

    [Fact]
    public async Task Seventy_two_bytes_are_a_password_and_seventy_three_are_not_even_at_the_door()
    {
        var longest = new string('é', 36);
        Assert.Equal(400, (await _person.Register(longest + "x")).Status);
        Assert.Equal(201, (await _person.Register(longest)).Status);
        Assert.Equal(401, (await _person.Login(longest + "x")).Status);
        Assert.Equal(200, (await _person.Login(longest)).Status);
    }

    [Fact]
    public async Task Only_an_admin_lists_and_searches_everybody()
    {
        var token = (await _person.Register()).Token;
        Assert.Equal(403, (await _person.Send(HttpMethod.Get, "/api/users", token: token)).Status);
        Assert.Equal(401, (await _person.Send(HttpMethod.Get, "/api/users")).Status);

        using var admin = await shop.Admin();
        var found = await Answer.Of(await admin.GetAsync($"/api/users?search={_person.Email[7..20].ToUpperInvariant()}&pageSize=5", Ct));
        Assert.Equal(["items", "page", "pageSize", "total"], found.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(1, found.Body.GetProperty("total").GetInt32());
        Assert.Equal(_person.Email, found.Body.GetProperty("items")[0].GetProperty("email").GetString());
        Assert.DoesNotContain("hash", found.Body.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, (await Answer.Of(await admin.GetAsync("/api/users?search=%25", Ct))).Body.GetProperty("total").GetInt32());
        foreach (var wrong in (string[])["page=0", "page=x", "pageSize=0", "pageSize=101", $"search={new string('x', 201)}", "search=%00"])
            Assert.Equal("validation", (await Answer.Of(await admin.GetAsync($"/api/users?{wrong}", Ct))).Problem);
    }
}
