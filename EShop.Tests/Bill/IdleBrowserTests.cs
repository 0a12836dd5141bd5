using EShop.Bill;
using EShop.Bill.Drawing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EShop.Tests.Bill;

/// <summary>A browser with nothing to draw is not kept for ever.</summary>
public sealed class IdleBrowserTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_browser_that_has_nothing_to_draw_is_let_go_and_started_again_for_the_next_page()
    {
        var clock = new FakeTimeProvider();
        await using var browser = new Browser(Options.Create(new BillOptions { BrowserIdle = TimeSpan.FromMinutes(10) }), clock, NullLogger<Browser>.Instance);
        await browser.TendAsync(Stop);
        Assert.True(browser.IsRunning);

        clock.Advance(TimeSpan.FromMinutes(9));
        await PrintAsync(browser);
        clock.Advance(TimeSpan.FromMinutes(9));
        await browser.TendAsync(Stop);
        Assert.True(browser.IsRunning); // Nine minutes since the last page.

        clock.Advance(TimeSpan.FromMinutes(2));
        await browser.TendAsync(Stop);
        Assert.False(browser.IsRunning);
        await browser.TendAsync(Stop);
        Assert.False(browser.IsRunning);

        await PrintAsync(browser);
        Assert.True(browser.IsRunning);
    }

    private static async Task PrintAsync(Browser browser) => Assert.Equal("%PDF"u8.ToArray(), (await browser.PrintAsync("<p>¡Año nuevo!", Stop))[..4]);
}
