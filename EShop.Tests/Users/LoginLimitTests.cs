using EShop.Users.Limits;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EShop.Tests.Users;

public sealed class LoginLimitTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private readonly FakeTimeProvider _clock = new();
    private readonly LocalFailures _failures;

    public LoginLimitTests() => _failures = new LocalFailures(_clock);

    [Fact]
    public void The_fifth_failure_is_the_last_one_that_is_let_in()
    {
        for (var i = 0; i < 5; i++)
            Assert.Equal(TimeSpan.Zero, Fail());
        Assert.Equal(Window, Ask());
    }

    [Fact]
    public void What_is_refused_is_not_counted()
    {
        for (var i = 0; i < 5; i++)
            Fail();
        _clock.Advance(TimeSpan.FromMinutes(14));
        for (var i = 0; i < 20; i++)
            Assert.Equal(TimeSpan.FromMinutes(1), Fail());
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.Zero, Ask());
    }

    [Fact]
    public void The_window_slides()
    {
        for (var i = 0; i < 5; i++)
        {
            Fail();
            _clock.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.Equal(TimeSpan.FromMinutes(5), Ask()); // The first of them is ten minutes old.
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(TimeSpan.Zero, Fail());
        Assert.Equal(TimeSpan.FromMinutes(2), Ask());
    }

    [Fact]
    public void Asking_is_not_counted()
    {
        for (var i = 0; i < 100; i++)
            Assert.Equal(TimeSpan.Zero, Ask());
    }

    [Fact]
    public void The_tightest_list_decides_and_lists_are_apart()
    {
        for (var i = 0; i < 5; i++)
            Fail("here");
        Assert.True(Ask("here") > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, Ask("elsewhere"));
        for (var i = 0; i < 5; i++)
            Fail("elsewhere");
        for (var i = 0; i < 5; i++)
            Fail("a third place");
        for (var i = 0; i < 5; i++)
            Fail("a fourth place");
        Assert.True(Ask("a fifth place") > TimeSpan.Zero); // 20 of the account, from anywhere.
    }

    private TimeSpan Fail(string address = "here") => _failures.Check(Limits(address), Window, failed: true);

    private TimeSpan Ask(string address = "here") => _failures.Check(Limits(address), Window, failed: false);

    private static FailureLimit[] Limits(string address) => [new($"account:{address}", 5), new("account", 20), new(address, 50)];
}
