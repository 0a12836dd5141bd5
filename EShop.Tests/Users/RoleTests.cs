using System.Net.Http.Headers;
using System.Net.Http.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Users;

/// <summary>At a Users with a database of its own: which admin is the last one is a matter of the whole database.</summary>
public sealed class RoleTests(Shop shop)
{
    private const string FirstAdmin = "first-admin@example.com";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_admin_is_made_and_unmade_and_one_is_always_left()
    {
        await using var redis = await LoneRedis.StartAsync();
        await using var users = await LoneProject.StartAsync("Services/Users", new Dictionary<string, string>
        {
            ["ConnectionStrings__usersdb"] = await shop.NewDatabase(),
            ["ConnectionStrings__redis"] = redis.ConnectionString,
            ["Keys__Encryption"] = new string('k', 32),
            ["Admin__Email"] = FirstAdmin,
            ["Admin__Password"] = Person.Password,
            ["Passwords__Cost"] = "10",
            ["Passwords__Niceness"] = "0",
        });
        await Eventually.True(async () => (await users.Client.GetAsync("/health", Ct)).IsSuccessStatusCode, what: "Users is healthy");
        var first = await PostAsync(users, "login", new { email = FirstAdmin, password = Person.Password });
        var (ana, ben) = (await RegisterAsync(users, "ana@example.com"), await RegisterAsync(users, "ben@example.com"));

        // Who may, and what is no role.
        Assert.Equal((403, "forbidden"), Problem(await SetAsync(users, ana.Token, ana, "admin")));
        Assert.Equal((401, "unauthorized"), Problem(await SetAsync(users, null, ana, "admin")));
        foreach (var wrong in (object?[])["root", 1, null])
            Assert.Equal((400, "validation"), Problem(await SetAsync(users, first.Token, ana, wrong)));
        Assert.Equal((404, "not-found"), Problem(await SetAsync(users, first.Token, Guid.NewGuid().ToString(), "admin")));
        Assert.Equal((400, "validation"), Problem(await SetAsync(users, first.Token, "somebody", "admin")));
        Assert.Equal((401, "unauthorized"), Problem(await SetAsync(users, null, "somebody", "admin")));
        Assert.Equal((409, "last-admin"), Problem(await SetAsync(users, first.Token, first, "customer")));

        // From the next refresh on.
        Assert.Equal("admin", (await SetAsync(users, first.Token, ana, "admin")).Text("role"));
        Assert.Equal(200, (await SetAsync(users, first.Token, ana, "admin")).Status);
        Assert.Equal(403, (await SetAsync(users, ana.Token, ben, "admin")).Status);
        var anaAsAdmin = await PostAsync(users, "refresh", new { refreshToken = ana.RefreshToken });
        Assert.Equal(200, (await SetAsync(users, anaAsAdmin.Token, ben, "customer")).Status);

        // A demotion ends the logins.
        Assert.Equal("customer", (await SetAsync(users, first.Token, ana, "customer")).Text("role"));
        Assert.Equal(401, (await PostAsync(users, "refresh", new { refreshToken = anaAsAdmin.RefreshToken })).Status);

        // Two who demote each other at once: one stays.
        for (var round = 0; round < 10; round++)
        {
            await SetAsync(users, first.Token, ben, "admin");
            var both = await Task.WhenAll(SetAsync(users, first.Token, ben, "customer"), SetAsync(users, first.Token, first, "customer"));
            Assert.Equal([200, 409], both.Select(answer => answer.Status).Order());
            var lost = both[0].Status == 200 ? ben : first;
            if (ReferenceEquals(lost, first))
                Assert.Equal(200, (await SetAsync(users, first.Token, first, "admin")).Status); // The token says admin until it expires.
        }
    }

    private static (int, string?) Problem(Answer answer) => (answer.Status, answer.Problem);

    private static Task<Answer> RegisterAsync(LoneProject users, string email) => PostAsync(users, "register", new { name = "Somebody", email, password = Person.Password });

    private static async Task<Answer> PostAsync(LoneProject users, string call, object body) => await Answer.Of(await users.Client.PostAsJsonAsync($"/api/users/{call}", body, Ct));

    private static Task<Answer> SetAsync(LoneProject users, string? token, Answer who, object? role) => SetAsync(users, token, who.User.GetProperty("id").GetString()!, role);

    private static async Task<Answer> SetAsync(LoneProject users, string? token, string id, object? role)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/users/{id}/role") { Content = JsonContent.Create(new { role }) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await Answer.Of(await users.Client.SendAsync(request, Ct));
    }
}
