using System.Diagnostics.Metrics;
using EShop.ServiceDefaults;
using EShop.Users.Passwords;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace EShop.Tests.Users;

public sealed class PasswordTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData("1234567", false)]
    [InlineData("12345678", true)]
    [InlineData("pässwör", false)]
    [InlineData("🐴🐴🐴🐴", false)] // Eight UTF-16 units, four characters.
    [InlineData("🐴🐴🐴🐴🐴🐴🐴🐴", true)]
    public void Eight_characters_are_enough_and_seven_are_not(string password, bool enough) => Assert.Equal(enough, PasswordRule.IsLongEnough(password));

    [Fact]
    public void Seventy_two_bytes_fit_and_seventy_three_do_not()
    {
        Assert.True(PasswordRule.Fits(new string('a', 72)));
        Assert.False(PasswordRule.Fits(new string('a', 73)));
        Assert.True(PasswordRule.Fits(new string('é', 36)));
        Assert.False(PasswordRule.Fits(new string('é', 36) + "a"));
    }

    [Fact]
    public async Task A_password_that_only_begins_like_the_right_one_opens_nothing()
    {
        using var hasher = Hasher(new());
        var right = new string('a', 72);
        var hash = await hasher.HashAsync(right, Ct);
        Assert.True(await hasher.VerifyAsync(right, hash, Ct));
        Assert.False(await hasher.VerifyAsync(right + "b", hash, Ct)); // bcrypt itself would say yes.
        Assert.False(await hasher.VerifyAsync(right[..71], hash, Ct));
    }

    [Fact]
    public async Task A_hash_of_another_cost_is_outdated()
    {
        using var cheap = Hasher(new() { Cost = 10 });
        using var today = Hasher(new());
        var old = await cheap.HashAsync("a password", Ct);
        Assert.True(today.IsOutdated(old));
        Assert.True(await today.VerifyAsync("a password", old, Ct));
        Assert.False(today.IsOutdated(await today.HashAsync("a password", Ct)));
    }

    [Fact]
    public async Task What_is_over_the_queue_is_refused_at_once_and_told_when_to_come_back()
    {
        using var hasher = Hasher(new() { Cost = 10, Concurrency = 1, QueueLimit = 2 });
        var asked = Enumerable.Range(0, 12).Select(_ => hasher.HashAsync("a password", Ct)).ToList();
        var refused = asked.Where(hash => hash.IsFaulted).ToList();

        Assert.InRange(asked.Count - refused.Count, 2, 6);
        foreach (var hash in refused)
        {
            var problem = (await Assert.ThrowsAsync<ProblemException>(() => hash)).Problem;
            Assert.Equal(429, problem.Type.Status);
            Assert.NotNull(problem.RetryAfter);
        }

        await Task.WhenAll(asked.Except(refused));
    }

    private PasswordHasher Hasher(PasswordOptions options) => new(Options.Create(options), _services.GetRequiredService<IMeterFactory>());
}
