using Microsoft.IdentityModel.Tokens;

namespace EShop.Users.Keys;

/// <summary><c>GET /.well-known/jwks.json</c>: what every other service validates tokens with (RFC 7517).</summary>
internal static class GetJsonWebKeys
{
    public static JsonWebKeySet Handle(SigningKeys keys) => keys.KeySet;
}

internal sealed record JsonWebKeySet(IReadOnlyList<PublicKey> Keys)
{
    public JsonWebKeySet()
        : this([])
    {
    }
}

internal sealed record PublicKey(string Kty, string Crv, string X, string Y, string Use, string Alg, string Kid)
{
    public static PublicKey Of(ECDsaSecurityKey key)
    {
        var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return new PublicKey("EC", "P-256", Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y), "sig", "ES256", key.KeyId);
    }
}
