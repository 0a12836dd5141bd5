using System.Globalization;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EShop.ServiceDefaults;

/// <summary>Who gets in: bearer tokens of Users (ES256), validated without asking Users.</summary>
public static class TokenValidationExtensions
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>Validates tokens with the key set of Users, kept in the service's own database (<c>trusted_keys</c>). Without any key the service is not ready, and answers 503
    /// where a token is needed.</summary>
    public static IHostApplicationBuilder AddTokenValidation(this IHostApplicationBuilder builder)
    {
        // One quiet attempt each time: the loop is the retry, and it says what is wrong once it lasts.
#pragma warning disable EXTEXP0001 // Marked as experimental since 8.10; it takes out what ConfigureHttpClientDefaults put in.
        builder.Services.AddHttpClient(TrustedKeys.Client, http => http.Timeout = TimeSpan.FromSeconds(2)).RemoveAllResilienceHandlers().RemoveAllLoggers();
#pragma warning restore EXTEXP0001
        builder.Services.AddHostedService(services => services.GetRequiredService<TrustedKeys>());
        return builder.AddTokenValidation<TrustedKeys>();
    }

    /// <summary>Validates tokens with keys that the service itself has: for Users.</summary>
    public static IHostApplicationBuilder AddTokenValidation<TKeys>(this IHostApplicationBuilder builder)
        where TKeys : class, ITokenKeys
    {
        var services = builder.Services;
        services.AddSingleton<TKeys>();
        services.AddSingleton<ITokenKeys>(provider => provider.GetRequiredService<TKeys>());
        services.AddSingleton<CachingTokenHandler>();
        services.AddOptions<TokenOptions>().BindConfiguration("Tokens").ValidateDataAnnotations().ValidateOnStart();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<ITokenKeys, CachingTokenHandler, IOptions<TokenOptions>>(Configure);
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Admin, policy => policy.RequireAuthenticatedUser().RequireRole("admin"))
            .AddPolicy(Policies.FreshAdmin, policy => policy.RequireAuthenticatedUser().RequireRole("admin").RequireAssertion(IsFresh));
        services.AddHealthChecks().AddCheck<KeysHealth>("keys");
        return builder;
    }

    private static void Configure(JwtBearerOptions bearer, ITokenKeys keys, CachingTokenHandler handler, IOptions<TokenOptions> tokens)
    {
        bearer.MapInboundClaims = false;
        bearer.TokenHandlers.Clear();
        bearer.TokenHandlers.Add(handler);
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidTypes = ["JWT"],
            ValidIssuer = tokens.Value.Issuer,
            ValidAudience = tokens.Value.Audience,
            ClockSkew = TimeSpan.FromSeconds(30),
            NameClaimType = "name",
            RoleClaimType = "role",
            // By kid alone: a token that names no key, or one that is not trusted (any more), has no key to be valid under.
            IssuerSigningKeyResolver = (_, _, kid, _) => kid is not null && keys.Current.TryGetValue(kid, out var key) ? [key] : [],
            TryAllIssuerSigningKeys = false,
        };
        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = context => RefreshForUnknownKeyAsync(context, keys),
            OnChallenge = context => RefuseAsync(context, keys),
            OnForbidden = context => ForbidAsync(context.HttpContext),
        };
    }

    private static bool IsFresh(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http
        && long.TryParse(context.User.FindFirst("iat")?.Value, CultureInfo.InvariantCulture, out var issued)
        && http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(issued) < Fresh;

    private static Task ForbidAsync(HttpContext http)
    {
        if (!http.User.IsInRole("admin"))
            return Problem.Of(ProblemType.Forbidden, "Ask with an admin's token.").ExecuteAsync(http);
        // An admin is refused for the age of the token alone (RFC 9470 has the words for it).
        http.Response.Headers.WWWAuthenticate = string.Create(CultureInfo.InvariantCulture, $"Bearer error=\"insufficient_user_authentication\", max_age={Fresh.TotalSeconds}");
        return Problem.Of(ProblemType.Unauthorized, $"This needs a token issued less than {Fresh.TotalMinutes} minutes ago: log in, or refresh it.").ExecuteAsync(http);
    }

    private static Task RefreshForUnknownKeyAsync(MessageReceivedContext context, ITokenKeys keys)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || header.Length > 8192)
            return Task.CompletedTask;
        var token = header["Bearer ".Length..].Trim();
        try
        {
            return new JsonWebToken(token).Kid is { Length: > 0 } kid && !keys.Current.ContainsKey(kid)
                ? keys.RefreshAsync(context.HttpContext.RequestAborted)
                : Task.CompletedTask;
        }
        catch (ArgumentException)
        {
            return Task.CompletedTask; // No JWT at all: the handler says so.
        }
    }

    private static Task RefuseAsync(JwtBearerChallengeContext context, ITokenKeys keys)
    {
        context.HandleResponse();
        if (keys.Current.Count == 0)
            return Problem.Unavailable("This service has no keys to check a token with yet.").ExecuteAsync(context.HttpContext);
        context.Response.Headers.WWWAuthenticate = context.AuthenticateFailure is null ? "Bearer" : "Bearer error=\"invalid_token\"";
        return Problem.Of(ProblemType.Unauthorized, context.AuthenticateFailure is null
            ? "Send the token of a login as 'Authorization: Bearer …'."
            : "The token is expired or not valid: log in, or refresh it.").ExecuteAsync(context.HttpContext);
    }
}

internal sealed class KeysHealth(ITokenKeys keys) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        keys.Current.Count > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No key of Users is known yet."));
}
