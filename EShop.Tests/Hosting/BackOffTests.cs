using EShop.Local.Hosting;
using Xunit;

namespace EShop.Tests.Hosting;

public sealed class BackOffTests
{
    [Fact]
    public void Restarts_come_after_half_a_second_then_twice_as_long_and_at_most_four()
    {
        var backOff = new BackOff();
        Assert.Equal([0.5, 1, 2, 4, 4], Enumerable.Range(0, 5).Select(_ => backOff.After(TimeSpan.FromSeconds(1)).TotalSeconds));
    }

    [Fact]
    public void Ten_seconds_up_are_well_again()
    {
        var backOff = new BackOff();
        for (var i = 0; i < 4; i++)
            backOff.After(TimeSpan.Zero);
        Assert.Equal(0.5, backOff.After(TimeSpan.FromSeconds(10)).TotalSeconds);
    }
}
