using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Web;

/// <summary>What is odd but happens, through the gateway: every refusal is the service's own, with a problem body.</summary>
public sealed class EdgeTests(Shop shop)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/products?pageSize=1", "X-Foo", 200)]
    [InlineData("GET", "/api/products?pageSize=1", "User-Agent", 200)]
    [InlineData("GET", "/api/users/me", "Authorization", 401)]
    [InlineData("GET", "/api/cart", "X-Cart-Id", 400)]
    [InlineData("POST", "/api/payment/webhook", "Stripe-Signature", 400)]
    public async Task A_header_of_more_than_ASCII_reaches_the_service(string method, string path, string header, int status)
    {
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var client = new HttpClient(handler) { BaseAddress = shop.Address("web") };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        Assert.True(request.Headers.TryAddWithoutValidation(header, header == "Authorization" ? "Bearer é€" : "é€"));
        var answer = await Answer.Of(await client.SendAsync(request, Ct));
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 200, answer.Problem is null);
    }

    [Theory]
    [InlineData("/api/products?search=%ff", "search")]
    [InlineData("/api/products?category=%c3%28", "category")]
    [InlineData("/api/products?search=a%00b", "search")]
    [InlineData("/api/products?minPrice=1,5", "minPrice")]
    [InlineData("/api/products?maxPrice=1e2", "maxPrice")]
    [InlineData("/api/products?maxPrice=-1", "maxPrice")]
    [InlineData("/api/products?sort=cheapest&search=100%25&category=%ff", "category")]
    public async Task A_query_that_can_not_be_meant_is_refused_by_the_members_name(string path, string member)
    {
        using var client = shop.Client();
        var answer = await Answer.Of(await client.GetAsync(path, Ct));
        Assert.Equal((400, "validation"), (answer.Status, answer.Problem));
        Assert.True(answer.Body.GetProperty("errors").TryGetProperty(member, out _), answer.Body.GetRawText());
    }

    [Theory]
    [InlineData("/api/products?search=%E2%82%AC+caf%C3%A9")]
    [InlineData("/api/products?search=100%25")]
    public async Task A_query_of_more_than_ASCII_is_searched_for(string path)
    {
        using var client = shop.Client();
        Assert.Equal(200, (await Answer.Of(await client.GetAsync(path, Ct))).Status);
    }

    [Theory]
    [InlineData("GET", "/api/products/availability")]
    [InlineData("PUT", "/api/products/availability")]
    [InlineData("DELETE", "/api/cart/checkout")]
    [InlineData("PUT", "/api/cart/restore")]
    [InlineData("GET", "/api/bill/generate")]
    [InlineData("GET", "/api/payment/cancel")]
    public async Task A_call_by_another_method_is_405_and_no_id(string method, string path)
    {
        using var admin = await shop.Admin();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "PUT" ? JsonContent.Create(new { }) : null };
        var answer = await Answer.Of(await admin.SendAsync(request, Ct));
        Assert.Equal((405, "method-not-allowed"), (answer.Status, answer.Problem));
    }

    [Theory]
    [InlineData("application/json; charset=nonsense", 415)]
    [InlineData("application/json; charset=\"utf-7\"", 415)]
    [InlineData("application/json; charset=\"UTF-8\"", 200)]
    public async Task A_body_in_a_charset_that_nobody_reads_is_415(string contentType, int status)
    {
        using var client = shop.Client();
        using var content = new StringContent("""{"lines":[{"productId":"01900000-0000-7000-8000-000000000001","quantity":1}]}""");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        Assert.Equal(status, (await Answer.Of(await client.PostAsync("/api/products/availability", content, Ct))).Status);
    }

    [Fact]
    public async Task A_missing_member_is_named_with_its_place()
    {
        using var client = shop.Client();
        var answer = await Answer.Of(await client.PostAsJsonAsync("/api/products/availability", new { lines = new[] { new { } } }, Ct));
        Assert.Equal(400, answer.Status);
        Assert.True(answer.Body.GetProperty("errors").TryGetProperty("lines[0].productId", out _), answer.Body.GetRawText());
    }

    [Fact]
    public async Task A_refusal_for_lack_of_a_role_is_repeated_under_its_key()
    {
        var customer = await shop.Customer();
        var key = Guid.NewGuid().ToString();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/products") { Content = JsonContent.Create(new { name = "x", price = 1, stock = 1 }) };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await customer.Client.SendAsync(request, Ct);
            Assert.Equal(403, (int)answer.StatusCode);
            Assert.Equal(new MediaTypeHeaderValue("application/problem+json"), answer.Content.Headers.ContentType);
            Assert.Equal(i == 1, answer.Headers.Contains("Idempotency-Replayed"));
        }
    }
}
