using System.Security.Cryptography;
using EShop.Tests.Support;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace EShop.Tests.Users;

public sealed class TokenTests(Shop shop) : IDisposable
{
    private const string Issuer = "https://users.eshop.test";

    private readonly Person _person = new(shop);

    public void Dispose() => _person.Dispose();

    [Fact]
    public async Task The_published_keys_verify_a_token_and_say_nothing_private()
    {
        var token = (await _person.Register()).Token;
        var published = await _person.Send(HttpMethod.Get, "/.well-known/jwks.json");
        Assert.DoesNotContain("\"d\"", published.Body.GetRawText(), StringComparison.Ordinal);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = "eshop",
            ValidAlgorithms = ["ES256"],
            IssuerSigningKeys = new JsonWebKeySet(published.Body.GetRawText()).GetSigningKeys(),
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        foreach (var claim in (string[])["sub", "name", "email", "role", "jti"])
            Assert.True(result.Claims.ContainsKey(claim), claim);
        Assert.Equal(TimeSpan.FromMinutes(15), result.SecurityToken.ValidTo - result.SecurityToken.ValidFrom);

        var configuration = await _person.Send(HttpMethod.Get, "/.well-known/openid-configuration");
        Assert.Equal(Issuer, configuration.Text("issuer"));
        Assert.EndsWith("/.well-known/jwks.json", configuration.Text("jwks_uri"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_users_did_not_sign_for_this_shop_opens_nothing()
    {
        var real = new JsonWebToken((await _person.Register()).Token);
        var published = (await _person.Send(HttpMethod.Get, "/.well-known/jwks.json")).Body.GetProperty("keys")[0];
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var thief = new ECDsaSecurityKey(foreign) { KeyId = real.Kid };
        var publicKey = new SymmetricSecurityKey(System.Text.Encoding.UTF8.GetBytes(published.GetRawText())) { KeyId = real.Kid };
        var unsigned = Base64UrlEncoder.Encode($$"""{"alg":"none","typ":"JWT","kid":"{{real.Kid}}"}""");

        Dictionary<string, string> forged = new()
        {
            ["none"] = $"{unsigned}.{real.EncodedPayload}.",
            ["another's key under our kid"] = Forge(new(thief, "ES256"), real),
            ["unknown kid"] = Forge(new(new ECDsaSecurityKey(foreign) { KeyId = "unknown" }, "ES256"), real),
            ["HS256 with the public key"] = Forge(new(publicKey, "HS256"), real),
            ["a changed payload"] = $"{real.EncodedHeader}.{Base64UrlEncoder.Encode("""{"sub":"x","role":"admin"}""")}.{real.EncodedSignature}",
            ["a cut signature"] = real.EncodedToken[..^8],
            ["no token"] = "x",
        };
        foreach (var (kind, token) in forged)
        {
            var answer = await _person.Send(HttpMethod.Get, "/api/users/me", token: token);
            Assert.True(answer.Status == 401 && answer.Problem == "unauthorized" && answer.Headers.WwwAuthenticate.Count > 0, $"{kind}: {answer.Status}");
        }
    }

    private static string Forge(SigningCredentials credentials, JsonWebToken real) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer,
        Audience = "eshop",
        Expires = DateTime.UtcNow.AddMinutes(10),
        Claims = new Dictionary<string, object> { ["sub"] = real.Subject, ["role"] = "admin", ["name"] = "Thief", ["email"] = "thief@example.com" },
        SigningCredentials = credentials,
    });
}
