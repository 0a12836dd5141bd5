using System.Security.Cryptography;
using EShop.Tests.Support;
using EShop.Users.Keys;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>Makes an admin's tokens as whoever had the shop's secrets could.</summary>
internal sealed class Forge
{
    public const string Issuer = "https://users.eshop.test";
    public const string Audience = "eshop";

    private readonly ECDsaSecurityKey _key;

    private Forge(ECDsaSecurityKey key) => _key = key;

    public ECParameters PublicKey => _key.ECDsa.ExportParameters(includePrivateParameters: false);

    /// <summary>With the key that the shop signs with itself.</summary>
    public static async Task<Forge> WithTheShopsKeyAsync(Shop shop)
    {
        var kid = new JsonWebToken((await shop.Customer()).Token).Kid;
        await using var database = await shop.Database("usersdb");
        await using var read = new NpgsqlCommand("SELECT private_key FROM signing_keys WHERE kid = $1", database) { Parameters = { new() { Value = kid } } };
        var stored = (byte[])(await read.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Encryption(shop).Decrypt(stored, kid), out _);
        return new(new ECDsaSecurityKey(key) { KeyId = kid });
    }

    /// <summary>With a key that the shop publishes, and signs nothing with since there is a newer one.</summary>
    public static async Task<Forge> WithAKeyOfItsOwnAsync(Shop shop)
    {
        var key = SigningKey.Create(Encryption(shop), DateTimeOffset.UtcNow.AddDays(-1));
        await using var database = await shop.Database("usersdb");
        await using var write = new NpgsqlCommand("INSERT INTO signing_keys (kid, private_key, signs_from) VALUES ($1, $2, $3)", database)
        {
            Parameters = { new() { Value = key.Kid }, new() { Value = key.PrivateKey }, new() { Value = key.SignsFrom } },
        };
        await write.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new(key.Open(Encryption(shop)));
    }

    /// <summary>What operators are told to do where a key has leaked.</summary>
    public async Task RetireAsync(Shop shop)
    {
        await using var database = await shop.Database("usersdb");
        await using var delete = new NpgsqlCommand("DELETE FROM signing_keys WHERE kid = $1", database) { Parameters = { new() { Value = _key.KeyId } } };
        Assert.Equal(1, await delete.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    public string Token(
        SigningCredentials? with = null, string? issuer = Issuer, string? audience = Audience, DateTime? from = null, DateTime? until = null, Dictionary<string, object>? claims = null)
    {
        claims ??= [];
        foreach (var (name, value) in new (string, object)[] { ("sub", Guid.CreateVersion7().ToString()), ("role", "admin"), ("name", "Thief"), ("email", "thief@example.com"), ("jti", Guid.NewGuid().ToString()) })
            claims.TryAdd(name, value);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            IssuedAt = from ?? DateTime.UtcNow,
            NotBefore = from ?? DateTime.UtcNow,
            Expires = until ?? DateTime.UtcNow.AddMinutes(10),
            Claims = claims,
            SigningCredentials = with ?? new(_key, SecurityAlgorithms.EcdsaSha256),
        });
    }

    private static KeyEncryption Encryption(Shop shop) => new(Options.Create(new KeysOptions { Encryption = shop.Parameter("key-encryption") }));
}
