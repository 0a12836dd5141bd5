using System.Text.Json.Serialization;
using EShop.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace EShop.Users.Keys;

/// <summary><c>GET /.well-known/openid-configuration</c>: where the keys are and what the tokens say.</summary>
internal static class GetOpenIdConfiguration
{
    // The address that the client used is the one that it can reach; behind the gateway that is the gateway's.
    public static OpenIdConfiguration Handle(HttpRequest request, IOptions<TokenOptions> tokens) =>
        new(tokens.Value.Issuer, $"{request.Scheme}://{request.Host}/.well-known/jwks.json");
}

internal sealed record OpenIdConfiguration(
    [property: JsonPropertyName("issuer")] string Issuer,
    [property: JsonPropertyName("jwks_uri")] string JwksUri)
{
    [JsonPropertyName("id_token_signing_alg_values_supported")]
    public IReadOnlyList<string> Algorithms { get; } = ["ES256"];

    [JsonPropertyName("response_types_supported")]
    public IReadOnlyList<string> ResponseTypes { get; } = ["token"];

    [JsonPropertyName("subject_types_supported")]
    public IReadOnlyList<string> SubjectTypes { get; } = ["public"];

    [JsonPropertyName("claims_supported")]
    public IReadOnlyList<string> Claims { get; } = ["iss", "aud", "sub", "name", "email", "role", "jti", "sid", "iat", "nbf", "exp"];
}
