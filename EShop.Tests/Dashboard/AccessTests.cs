using System.Net;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>Who may look.</summary>
public sealed class AccessTests(IngestionTests.Started started) : IClassFixture<IngestionTests.Started>, IDisposable
{
    private readonly HttpClient _anybody = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = started.Dashboard.Address };

    public void Dispose() => _anybody.Dispose();

    [Theory]
    [InlineData("/")]
    [InlineData("/console")]
    [InlineData("/logs")]
    [InlineData("/traces")]
    [InlineData("/traces/00000000000000000000000000000001")]
    [InlineData("/metrics")]
    [InlineData("/resources/cart")]
    [InlineData("/_blazor/negotiate")]
    [InlineData("/dashboard.css")]
    [InlineData("/login")]
    [InlineData("/login?t=wrong")]
    public async Task Without_the_link_a_page_says_where_it_is_printed(string path)
    {
        using var answer = await _anybody.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("printed in the terminal", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task The_link_sets_a_cookie_that_opens_every_page_and_is_not_the_token()
    {
        using var login = await _anybody.GetAsync(new Uri($"/login?t={DashboardProcess.Token}", UriKind.Relative));
        Assert.Equal((HttpStatusCode.Redirect, "/"), (login.StatusCode, login.Headers.Location!.ToString()));
        var cookie = Assert.Single(login.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(DashboardProcess.Token, cookie, StringComparison.Ordinal);

        foreach (var path in new[] { "/", "/api/resources", "/logs" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
            using var answer = await _anybody.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_API_takes_the_token_as_a_bearer_and_nothing_else()
    {
        using var nobody = await _anybody.GetAsync(new Uri("/api/resources", UriKind.Relative));
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (nobody.StatusCode, nobody.Content.Headers.ContentType!.MediaType));
        Assert.Equal("[]", await started.Dashboard.Client.GetStringAsync(new Uri("/api/resources", UriKind.Relative)));
    }

    [Fact]
    public async Task Health_is_open_and_a_name_of_somebody_else_gets_nothing()
    {
        Assert.Equal("Healthy", await _anybody.GetStringAsync(new Uri("/health", UriKind.Relative)));
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { Host = "attacker.example" } };
        using var answer = await _anybody.SendAsync(rebound);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task It_does_not_start_without_its_secrets()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => DashboardProcess.StartAsync(("DASHBOARD__FRONTEND__BROWSERTOKEN", "short")));
        Assert.Contains("Dashboard:Frontend:BrowserToken is to be set", failure.Message, StringComparison.Ordinal);
    }
}
