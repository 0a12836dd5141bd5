using System.Net.Http.Headers;
using System.Text;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Cart;

/// <summary>Whatever a client sends gets a problem body, and never a 5xx.</summary>
public sealed class RefusalTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_no_call_at_all_is_refused_in_its_own_way()
    {
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        using var large = new StringContent(new string(' ', 65 * 1024) + "{}", Encoding.UTF8, "application/json");
        using var broken = new ByteArrayContent([(byte)'"', 0xff, (byte)'"']) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

        await shop.Guest().PostAsync("/api/cart", text, Stop).Is(415, "unsupported-media-type");
        await shop.Guest().PostAsync("/api/cart", large, Stop).Is(413, "too-large");
        await shop.Guest().PostAsync("/api/cart", broken, Stop).Is(400, "validation");
        await shop.Guest().Send(HttpMethod.Patch, "/api/cart", new { }).Is(405, "method-not-allowed");
        await shop.Guest().GetAsync("/api/cart/checkout", Stop).Is(405, "method-not-allowed");
        await shop.Guest().GetAsync("/api/cart?a=%00", Stop).Is(400, "validation");
        await shop.Guest().GetAsync("/api/cart/a/b", Stop).Is(404, "not-found");
    }

    [Fact]
    public async Task A_keyed_call_is_refused_like_one_without_a_key()
    {
        using var large = new StringContent(new string(' ', 65 * 1024) + "{}", Encoding.UTF8, "application/json");
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        foreach (var (content, status, problem) in new[] { (large, 413, "too-large"), (text, 415, "unsupported-media-type") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/cart") { Content = content };
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            await shop.Guest().SendAsync(request, Stop).Is(status, problem);
        }
    }

    [Theory]
    [InlineData("""{"quantity":-1}""", "quantity")]
    [InlineData("""{"quantity":1000}""", "quantity")]
    [InlineData("""{"quantity":null}""", "quantity")]
    [InlineData("""{"quantity":"2"}""", "quantity")]
    [InlineData("{}", "quantity")]
    [InlineData("{", "body")]
    [InlineData("null", "body")]
    [InlineData("", "body")]
    public async Task Bad_quantities_are_400_and_name_the_member(string body, string member)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        var problem = await shop.Guest().PutAsync($"/api/cart/{Guid.CreateVersion7()}", content, Stop).Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _), problem.GetRawText());
    }

    [Fact]
    public async Task A_token_that_is_not_valid_makes_nobody_a_guest()
    {
        var guest = shop.Guest();
        guest.DefaultRequestHeaders.Authorization = new("Bearer", "eyJhbGciOiJub25lIn0.e30.");

        await guest.GetAsync("/api/cart", Stop).Is(401, "unauthorized");
        await guest.Add(await shop.Replica()).Is(401, "unauthorized");
    }
}
