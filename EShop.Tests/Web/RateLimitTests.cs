using EShop.Web;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EShop.Tests.Web;

public sealed class RateLimitTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RateLimit _limit;

    public RateLimitTests() => _limit = new(Options.Create(new RateLimitOptions { PerSecond = 10, Burst = 20 }), _clock);

    [Fact]
    public void A_burst_is_let_through_and_then_as_many_a_second_as_was_said()
    {
        Assert.Equal(20, Let(100));
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(0, Let(100));
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(1, Let(100));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Let(100));
    }

    [Fact]
    public void However_long_it_was_quiet_a_burst_is_no_larger()
    {
        Assert.Equal(1, Let(1));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(20, Let(100));
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, Let(100));
    }

    [Fact]
    public void What_one_address_uses_up_is_not_taken_from_another()
    {
        Assert.Equal(20, Let(100));
        Assert.Equal(20, Let(100, "10.0.0.2"));
    }

    [Fact]
    public void Who_has_been_quiet_is_forgotten_and_who_floods_is_not()
    {
        Let(100, "10.0.0.2");
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Let(100);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(2, Let(3)); // This one's bucket is not full again, the other's is.
        Assert.Equal(1, _limit.Addresses);
        Assert.Equal(0, Let(1));
    }

    private int Let(int requests, string address = "10.0.0.1") => Enumerable.Range(0, requests).Count(_ => _limit.TryTake(address));
}
