using System.Diagnostics;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Web;

public sealed class AloneTests(LoneGateway gateway) : IClassFixture<LoneGateway>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/users/me")] // Nobody listens.
    [InlineData("/api/products")] // Not configured, and no name that anybody knows.
    [InlineData("/api/cart/dies")] // Took the request and hung up.
    [InlineData("/api/cart/begins")] // Sent the head of an answer and hung up.
    [InlineData("/api/cart/hangs")]
    public async Task A_service_that_gives_no_answer_is_503_in_time(string path)
    {
        var watch = Stopwatch.StartNew();
        using var response = await gateway.Client.GetAsync(path, Ct);
        var answer = await Answer.Of(response);
        Assert.Equal((503, "unavailable"), (answer.Status, answer.Problem));
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        // Five seconds are promised; the rest is for a machine with other things to do.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(8), $"took {watch.Elapsed}");
    }

    [Fact]
    public async Task A_flood_from_one_address_is_429_with_a_time_to_come_back_and_stops_nobody_else()
    {
        using var flood = gateway.ClientFrom("127.0.0.2");
        var answers = await Task.WhenAll(Enumerable.Range(0, 10 * LoneGateway.Limit).Select(async _ =>
        {
            using var response = await flood.GetAsync("/", Ct);
            return await Answer.Of(response);
        }));
        var refused = answers.Where(answer => answer.Status != 404).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Assert.Equal((429, "too-many-requests"), (answer.Status, answer.Problem)));
        Assert.All(refused, answer => Assert.NotNull(answer.Headers.RetryAfter));
        Assert.Equal(404, (await Answer.Of(await gateway.Client.GetAsync("/", Ct))).Status);
    }
}
