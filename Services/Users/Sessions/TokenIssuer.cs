using System.Globalization;
using EShop.ServiceDefaults;
using EShop.Users.Keys;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EShop.Users.Sessions;

/// <summary>Signs the tokens that say who somebody is (JWT, ES256), and hands them out with a refresh token.</summary>
internal sealed class TokenIssuer(SigningKeys keys, TimeProvider clock, IOptions<TokenOptions> tokens, IOptions<TokenLifetimes> lifetimes)
{
    /// <summary>The claim that names the refresh family, so that a logout knows what to revoke.</summary>
    public const string FamilyClaim = "sid";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public TimeSpan RefreshLifetime => lifetimes.Value.RefreshLifetime;

    public SignedIn Issue(User user, RefreshToken refreshToken)
    {
        // Whole seconds, as the claims count: expiresAt and exp are the same instant.
        var now = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
        var expiresAt = now + lifetimes.Value.Lifetime;
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = tokens.Value.Issuer,
            Audience = tokens.Value.Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = expiresAt.UtcDateTime,
            SigningCredentials = keys.Signing,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = user.Id.ToString(),
                ["name"] = user.Name,
                ["email"] = user.Email,
                ["role"] = user.Role.ToString().ToLower(CultureInfo.InvariantCulture),
                ["jti"] = Guid.CreateVersion7(now).ToString(),
                [FamilyClaim] = refreshToken.Family.ToString(),
            },
        });
        return new SignedIn(UserView.Of(user), token, expiresAt, refreshToken.ToString());
    }
}

/// <summary>What a registration, a login and a refresh answer.</summary>
internal sealed record SignedIn(UserView User, string Token, DateTimeOffset ExpiresAt, string RefreshToken);
