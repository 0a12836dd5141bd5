using System.Diagnostics;
using EShop.Tests.Support;
using EShop.Tests.Users;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>S5, its second half: alone on the machine, since it is about the machine.</summary>
[Collection(nameof(Alone))]
public sealed class S5LoginFloodTests(Shop shop)
{
    private static readonly TimeSpan Flood = TimeSpan.FromSeconds(3);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Browsing_keeps_its_latency_under_a_flood_of_logins_and_what_is_over_the_queue_is_refused_at_once()
    {
        await using var redis = await LoneRedis.StartAsync();
        await using var users = await LoneProject.StartAsync("Services/Users", new Dictionary<string, string>
        {
            ["ConnectionStrings__usersdb"] = await shop.NewDatabase(),
            ["ConnectionStrings__redis"] = redis.ConnectionString,
            ["Keys__Encryption"] = new string('k', 32),
        });
        var watch = Stopwatch.StartNew();
        var logins = Enumerable.Range(0, 100).Select(async _ =>
        {
            List<int> statuses = [];
            while (watch.Elapsed < Flood)
            {
                using var answer = await users.Client.Send(
                    HttpMethod.Post, "/api/users/login", new { email = $"{Guid.NewGuid():N}@example.com", password = "wrong" }, ("X-Forwarded-For", Person.NewAddress()));
                statuses.Add((int)answer.StatusCode);
            }

            return statuses;
        }).ToList();

        using var web = shop.Client();
        List<TimeSpan> browsed = [];
        while (watch.Elapsed < Flood)
        {
            var asked = Stopwatch.StartNew();
            await web.GetAsync("/api/products?pageSize=10", Ct).Ok();
            browsed.Add(asked.Elapsed);
        }

        var statuses = (await Task.WhenAll(logins)).SelectMany(answers => answers).ToList();
        browsed.Sort();
        var (median, slow) = (browsed[browsed.Count / 2], browsed[browsed.Count * 95 / 100]);
        TestContext.Current.SendDiagnosticMessage($"{browsed.Count} pages beside {statuses.Count} logins, median {median.TotalMilliseconds:0} ms, 95 % within {slow.TotalMilliseconds:0} ms");
        Assert.Contains(429, statuses);
        Assert.True(median < TimeSpan.FromMilliseconds(100), $"a page took {median.TotalMilliseconds:0} ms at the median, beside {statuses.Count} logins");
    }
}
