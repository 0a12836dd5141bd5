using System.Security.Claims;
using System.Text.Encodings.Web;
using EShop.ServiceDefaults;
using EShop.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EShop.Tests.ServiceDefaults;

public sealed class FreshAdminTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Now);
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, WhoeverIsNamed>("test", options => options.TimeProvider = TimeProvider.System);
        builder.Services.AddAuthorizationBuilder().AddPolicy(Policies.Admin, policy => policy.RequireRole("admin"));
        _app = builder.Build();
        _app.MapGet("/ops", () => "done").RequireFreshAdmin();
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("admin", 0, 200)]
    [InlineData("admin", 299, 200)]
    [InlineData("admin", 300, 401)]
    [InlineData("admin", 900, 401)]
    [InlineData("customer", 0, 403)]
    public async Task Only_an_admins_token_of_the_last_five_minutes_opens_what_operators_do(string role, int age, int status)
    {
        using var client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };

        using var answer = await client.Send(HttpMethod.Get, "/ops", null, ("role", role), ("iat", (Now.ToUnixTimeSeconds() - age).ToString(System.Globalization.CultureInfo.InvariantCulture)));

        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 401)
            Assert.NotEmpty(answer.Headers.WwwAuthenticate);
    }

    private sealed class WhoeverIsNamed(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var identity = new ClaimsIdentity([new("role", Request.Headers["role"]!), new("iat", Request.Headers["iat"]!)], Scheme.Name, "name", "role");
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
