using System.Net;
using System.Text;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Web;

public sealed class GatewayTests(Shop shop) : IDisposable
{
    private readonly HttpClient _web = shop.Client();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _web.Dispose();

    [Theory]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/api/nothing")]
    public async Task What_is_no_api_is_not_found(string path)
    {
        using var response = await _web.GetAsync(path, Ct);
        var answer = await Answer.Of(response);
        Assert.Equal(404, answer.Status);
        Assert.Equal("not-found", answer.Problem);
    }

    [Fact]
    public async Task What_is_far_too_long_in_a_query_is_for_the_service_to_refuse()
    {
        using var response = await _web.GetAsync($"/api/products?search={new string('a', 16_000)}", Ct);
        var answer = await Answer.Of(response);
        Assert.Equal((400, "validation"), (answer.Status, answer.Problem));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/users/me")]
    [InlineData("/.well-known/jwks.json")]
    public async Task Every_answer_tells_a_browser_to_run_nothing(string path)
    {
        using var response = await _web.GetAsync(path, Ct);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["default-src 'none'; frame-ancestors 'none'"], response.Headers.GetValues("Content-Security-Policy"));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_services_are_there_under_one_address()
    {
        Assert.Equal(HttpStatusCode.OK, (await _web.GetAsync("/.well-known/jwks.json", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _web.GetAsync("/api/users/me", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _web.GetAsync("/api/users/login", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _web.GetAsync("/api/products", Ct)).StatusCode);
    }

    [Theory]
    [InlineData("/api/products", 200)]
    [InlineData("/.well-known/jwks.json", 200)]
    [InlineData("/api/users/me", 401)]
    [InlineData("/api/users/login", 405)]
    [InlineData("/", 404)]
    public async Task Head_is_answered_like_get_without_a_body(string path, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var response = await _web.SendAsync(request, Ct);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Ct));
        Assert.NotNull(response.Content.Headers.ContentType);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("users")]
    public async Task A_body_over_its_limit_is_refused_with_a_problem_and_the_connections_end(string resource)
    {
        using var client = shop.Client(resource);
        using var huge = new StringContent(new string('x', 70_000), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/users/login", huge, Ct);
        Assert.True(response.Headers.ConnectionClose);
        Assert.Equal("too-large", (await Answer.Of(response)).Problem);
    }
}
