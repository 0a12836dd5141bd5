using System.Diagnostics;
using System.Net.Http.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Users;

public sealed class FrozenRedisTests(Shop shop)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Users_without_its_redis_says_that_it_is_degraded_and_still_counts_who_guesses()
    {
        await using var redis = await LoneRedis.StartAsync();
        await using var users = await LoneProject.StartAsync("Services/Users", new Dictionary<string, string>
        {
            ["ConnectionStrings__usersdb"] = await shop.NewDatabase(),
            ["ConnectionStrings__redis"] = redis.ConnectionString,
            ["Keys__Encryption"] = new string('k', 32),
            ["Passwords__Niceness"] = "0",
        });
        await Eventually.Get(() => HealthAsync(users), health => health == (200, "healthy"));

        redis.Freeze();
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            Assert.Equal((200, "degraded"), await HealthAsync(users));
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}");
        }

        List<int> statuses = [];
        for (var i = 0; i < 6; i++)
        {
            using var login = await users.Client.PostAsJsonAsync("/api/users/login", new { email = "somebody@example.com", password = "a wrong one" }, Ct);
            statuses.Add((int)login.StatusCode);
        }

        Assert.Equal([401, 401, 401, 401, 401, 429], statuses);

        redis.Thaw();
        await Eventually.Get(() => HealthAsync(users), health => health == (200, "healthy"));
    }

    private static async Task<(int Status, string? Text)> HealthAsync(LoneProject users)
    {
        var health = await Answer.Of(await users.Client.GetAsync("/health", Ct));
        return (health.Status, health.Text("status"));
    }
}
