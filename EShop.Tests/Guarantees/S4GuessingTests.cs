using System.Net.Http.Json;
using EShop.Tests.Support;
using EShop.Tests.Users;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>S4: guessing is slow, and says nothing about who has an account.</summary>
public sealed class S4GuessingTests(Shop shop)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sixth_wrong_password_is_429_and_so_is_the_right_one_but_not_from_elsewhere()
    {
        using var person = new Person(shop);
        await person.Register();
        for (var i = 0; i < 5; i++)
            Assert.Equal(401, (await person.Login("wrong")).Status);

        var refused = await person.Login("wrong");
        Assert.Equal(429, refused.Status);
        Assert.Equal("too-many-requests", refused.Problem);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(13), TimeSpan.FromMinutes(15));
        Assert.Equal(429, (await person.Login()).Status);

        using var elsewhere = new Person(shop);
        Assert.Equal(200, (await elsewhere.Login(email: person.Email)).Status);
    }

    [Fact]
    public async Task An_account_is_guessed_at_twenty_times_from_anywhere()
    {
        using var person = new Person(shop);
        await person.Register();
        for (var place = 0; place < 4; place++)
        {
            using var guesser = new Person(shop);
            for (var i = 0; i < 5; i++)
                Assert.Equal(401, (await guesser.Login("wrong", person.Email)).Status);
        }

        using var fifth = new Person(shop);
        Assert.Equal(429, (await fifth.Login(email: person.Email)).Status);
    }

    [Fact]
    public async Task Who_guesses_many_at_once_learns_no_more_than_five()
    {
        using var person = new Person(shop);
        await person.Register();
        var guesses = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => person.Login("wrong")));
        var told = guesses.Count(guess => guess.Status == 401);
        // A machine that is busy answers some of them 503, which tells nothing: what is left of the five is used up one by one.
        await Eventually.True(async () =>
        {
            var guess = await person.Login("wrong");
            told += guess.Status == 401 ? 1 : 0;
            return guess.Status == 429;
        });
        Assert.InRange(told, 1, 5);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_are_answered_alike()
    {
        using var person = new Person(shop);
        await person.Register();
        var wrong = await person.Login("a wrong password");
        var unknown = await person.Login(email: $"nobody-{Guid.NewGuid():N}@example.com");
        Assert.Equal(401, wrong.Status);
        foreach (var member in (string[])["type", "title", "detail"])
            Assert.Equal(wrong.Text(member), unknown.Text(member));
        Assert.Equal(wrong.Headers.WwwAuthenticate.ToString(), unknown.Headers.WwwAuthenticate.ToString());
        Assert.NotEmpty(wrong.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_password_cost_the_same_one_hash_of_todays_cost()
    {
        await using var redis = await LoneRedis.StartAsync();
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var users = await LoneProject.StartAsync("Services/Users", new Dictionary<string, string>(receiver.Environment("lone-users"))
        {
            ["ConnectionStrings__usersdb"] = await shop.NewDatabase(),
            ["ConnectionStrings__redis"] = redis.ConnectionString,
            ["Keys__Encryption"] = new string('k', 32),
            ["Passwords__Cost"] = "12",
            ["Passwords__Niceness"] = "0", // Beside other tests there is no processor that is left over.
        });
        const string email = "ana@example.com";
        await users.Client.PostAsJsonAsync("/api/users/register", new { name = "Ana", email, password = Person.Password }, Ct).Ok(201);
        var before = (await HashesAsync(registered => registered >= 1))["12"];

        foreach (var (address, password) in new[] { (email, "a wrong password"), ("nobody@example.com", Person.Password) })
        {
            using var refused = await users.Client.PostAsJsonAsync("/api/users/login", new { email = address, password }, Ct);
            Assert.Equal(401, (int)refused.StatusCode);
            var hashes = await HashesAsync(total => total > before);
            Assert.Equal(["12"], hashes.Keys);
            Assert.Equal(++before, hashes["12"]);
        }

        async Task<Dictionary<string, double>> HashesAsync(Func<double, bool> isThere) => await Eventually.Get(
            () => Task.FromResult(receiver.Metrics.Where(metric => metric.Name == "eshop.users.password_hashes").ToDictionary(metric => metric.Attributes["cost"], metric => metric.Value)),
            hashes => isThere(hashes.Values.Sum()), what: "the hashes are counted");
    }

    [Fact]
    public async Task A_client_cannot_choose_the_address_that_its_failures_are_counted_under()
    {
        using var web = shop.Client();
        var email = $"nobody-{Guid.NewGuid():N}@example.com";
        List<int> statuses = [];
        for (var i = 0; i < 6; i++)
        {
            using var answer = await web.Send(HttpMethod.Post, "/api/users/login", new { email, password = "wrong" }, ("X-Forwarded-For", Person.NewAddress()));
            statuses.Add((int)answer.StatusCode);
        }

        Assert.Equal([401, 401, 401, 401, 401, 429], statuses);
    }

    [Fact]
    public async Task Redis_is_told_no_address()
    {
        var address = Person.NewAddress();
        using var person = new Person(shop, address);
        await person.Login("wrong");
        var redis = await shop.Redis();
        var keys = ((string[]?)await redis.ExecuteAsync("KEYS", "{users:logins}*"))!;
        Assert.NotEmpty(keys);
        Assert.DoesNotContain(keys, key => key.Contains('@', StringComparison.Ordinal) || key.Contains(address, StringComparison.Ordinal));
    }
}
