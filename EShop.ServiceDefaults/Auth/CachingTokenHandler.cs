using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EShop.ServiceDefaults;

/// <summary>Checks the signature of a token once: what is asked for a thousand times in its 15 minutes is looked up, as long as it lives and the trusted keys are the same.</summary>
internal sealed class CachingTokenHandler(ITokenKeys keys, TimeProvider clock) : JsonWebTokenHandler
{
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<string, Validated> _seen = new(StringComparer.Ordinal);

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var trusted = keys.Current;
        if (_seen.TryGetValue(token, out var known) && ReferenceEquals(known.Under, trusted) && clock.GetUtcNow() < known.Until)
            return known.Result;

        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (!result.IsValid)
            return result;
        if (_seen.Count >= Capacity)
            _seen.Clear(); // The busy ones are back in a moment; no bookkeeping on each request pays for itself.
        _seen[token] = new Validated(result, trusted, new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero) + validationParameters.ClockSkew);
        return result;
    }

    private sealed record Validated(TokenValidationResult Result, IReadOnlyDictionary<string, SecurityKey> Under, DateTimeOffset Until);
}
