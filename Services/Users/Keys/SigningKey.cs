using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace EShop.Users.Keys;

/// <summary>A key that signs tokens (ECDSA on P-256), as the database keeps it.</summary>
internal sealed class SigningKey
{
    /// <summary>The JWK thumbprint (RFC 7638) of the public key.</summary>
    public string Kid { get; private init; } = "";

    /// <summary>PKCS#8, encrypted.</summary>
    public byte[] PrivateKey { get; private init; } = [];

    /// <summary>From when on it signs; before that it is only published.</summary>
    public DateTimeOffset SignsFrom { get; private init; }

    public static SigningKey Create(KeyEncryption encryption, DateTimeOffset signsFrom)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = Base64UrlEncoder.Encode(new ECDsaSecurityKey(key).ComputeJwkThumbprint());
        return new SigningKey { Kid = kid, PrivateKey = encryption.Encrypt(key.ExportPkcs8PrivateKey(), kid), SignsFrom = signsFrom };
    }

    /// <exception cref="CryptographicException">The key can't be decrypted.</exception>
    public ECDsaSecurityKey Open(KeyEncryption encryption)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(encryption.Decrypt(PrivateKey, Kid), out _);
        return new ECDsaSecurityKey(key) { KeyId = Kid };
    }
}
