using System.Security.Cryptography;
using System.Text;
using EShop.Tests.Support;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>S2: only real tokens. Each forgery is shown to every operation of the five services that asks for a token.</summary>
public sealed class S2RealTokensTests(Shop shop)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_that_users_did_not_sign_for_this_shop_and_this_moment_opens_nothing()
    {
        var real = new JsonWebToken((await shop.Customer()).Token);
        var forge = await Forge.WithTheShopsKeyAsync(shop);
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTime.UtcNow;
        using var client = shop.Client("users");
        var published = (await Answer.Of(await client.GetAsync("/.well-known/jwks.json", Ct))).Body.GetProperty("keys").EnumerateArray().Single(key => key.GetProperty("kid").GetString() == real.Kid);
        using var publicKey = ECDsa.Create(forge.PublicKey);

        Dictionary<string, string> forged = new()
        {
            ["none"] = $"{Head("none", real.Kid)}.{real.EncodedPayload}.",
            ["HS256 with the public key as published"] = forge.Token(with: Symmetric(published.GetRawText())),
            ["HS256 with the public key's bytes"] = forge.Token(with: Symmetric(publicKey.ExportSubjectPublicKeyInfoPem())),
            ["another's key under our kid"] = forge.Token(with: new(new ECDsaSecurityKey(foreign) { KeyId = real.Kid }, "ES256")),
            ["unknown kid"] = forge.Token(with: new(new ECDsaSecurityKey(foreign) { KeyId = "unknown" }, "ES256")),
            ["no kid"] = forge.Token(with: new(new ECDsaSecurityKey(foreign), "ES256")),
            ["wrong audience"] = forge.Token(audience: "another-shop"),
            ["no audience"] = forge.Token(audience: null),
            ["wrong issuer"] = forge.Token(issuer: "https://users.example.com"),
            ["no issuer"] = forge.Token(issuer: null),
            ["expired"] = forge.Token(from: now.AddMinutes(-20), until: now.AddMinutes(-1)),
            ["not yet valid"] = forge.Token(from: now.AddMinutes(2), until: now.AddMinutes(17)),
            ["a changed payload"] = $"{real.EncodedHeader}.{Base64UrlEncoder.Encode("""{"sub":"x","role":"admin"}""")}.{real.EncodedSignature}",
            ["a cut signature"] = real.EncodedToken[..^8],
            ["no token"] = "x",
        };
        Assert.Empty((await Task.WhenAll(forged.Select(kind => TrustedAsync(kind.Key, kind.Value)))).SelectMany(opened => opened));

        // The same forge, telling the truth: what is refused above is refused for what is wrong with it.
        foreach (var service in Guarded.Keys)
            Assert.Equal(200, await StatusAsync(service, forge.Token()));

        SigningCredentials Symmetric(string secret) => new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)) { KeyId = real.Kid }, "HS256");
    }

    [Fact]
    public async Task A_key_that_is_retired_is_trusted_nowhere_within_a_minute()
    {
        var forge = await Forge.WithAKeyOfItsOwnAsync(shop);
        var token = forge.Token();
        await Task.WhenAll(Guarded.Keys.Select(service => Eventually.True(async () => await StatusAsync(service, token) == 200, TimeSpan.FromSeconds(60), $"{service} trusts the key")));

        await forge.RetireAsync(shop);

        await Task.WhenAll(Guarded.Keys.Select(service => Eventually.True(async () => await StatusAsync(service, token) == 401, TimeSpan.FromSeconds(60), $"{service} trusts the key no more")));
        Assert.Empty(await TrustedAsync("retired key", token));
    }

    [Fact]
    public async Task The_published_keys_verify_a_token_and_say_nothing_private()
    {
        using var client = shop.Client();
        var published = await Answer.Of(await client.GetAsync("/.well-known/jwks.json", Ct));
        Assert.DoesNotContain("\"d\"", published.Body.GetRawText(), StringComparison.Ordinal);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync((await shop.Customer()).Token, new TokenValidationParameters
        {
            ValidIssuer = Forge.Issuer,
            ValidAudience = Forge.Audience,
            ValidAlgorithms = ["ES256"],
            IssuerSigningKeys = new JsonWebKeySet(published.Body.GetRawText()).GetSigningKeys(),
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        foreach (var claim in (string[])["sub", "name", "email", "role", "jti"])
            Assert.True(result.Claims.ContainsKey(claim), claim);
        Assert.Equal(TimeSpan.FromMinutes(15), result.SecurityToken.ValidTo - result.SecurityToken.ValidFrom);

        var configuration = await Answer.Of(await client.GetAsync("/.well-known/openid-configuration", Ct));
        Assert.Equal(Forge.Issuer, configuration.Text("issuer"));
        Assert.EndsWith("/.well-known/jwks.json", configuration.Text("jwks_uri"), StringComparison.Ordinal);
    }

    /// <summary>Where each service asks for a token, and an admin's is good.</summary>
    private static readonly Dictionary<string, string> Guarded = new()
    {
        ["users"] = "/api/users?pageSize=1",
        ["products"] = "/api/ops/products/messages/dead?pageSize=1",
        ["cart"] = "/api/cart",
        ["payment"] = "/api/payment?pageSize=1",
        ["bill"] = "/api/bill?pageSize=1",
    };

    private static string Head(string algorithm, string kid) => Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"{{kid}}"}""");

    /// <summary>Where a token got anything but the refusal that it deserves.</summary>
    private async Task<List<string>> TrustedAsync(string kind, string token)
    {
        List<string> opened = [];
        foreach (var operation in (await Operation.AllAsync(shop)).Where(operation => operation.Json.TryGetProperty("security", out _)))
        {
            using var client = shop.Client(operation.Service);
            using var answer = await client.Send(
                operation.Method, operation.At(_ => Guid.NewGuid().ToString()), operation.Body is null ? null : new { }, ("Authorization", $"Bearer {token}"));
            if ((int)answer.StatusCode != 401 || answer.Headers.WwwAuthenticate.Count == 0)
                opened.Add($"{kind}: {operation} at {operation.Service} answered {(int)answer.StatusCode}");
        }

        return opened;
    }

    private async Task<int> StatusAsync(string service, string token)
    {
        using var client = shop.Client(service);
        using var answer = await client.Send(HttpMethod.Get, Guarded[service], null, ("Authorization", $"Bearer {token}"));
        return (int)answer.StatusCode;
    }
}
