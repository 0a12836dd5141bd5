using Microsoft.IdentityModel.Tokens;

namespace EShop.ServiceDefaults;

/// <summary>The public keys that tokens are validated with.</summary>
public interface ITokenKeys
{
    /// <summary>The keys that are trusted now, by <c>kid</c>; empty while none is known. A change of keys is a new object, never a changed one:
    /// what was validated under another object is validated again.</summary>
    IReadOnlyDictionary<string, SecurityKey> Current { get; }

    /// <summary>Called when a token names a key that is not among <see cref="Current"/>: looks for newer keys, at most every 10 s.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);
}

/// <summary>A key of Users that this service trusts, kept so that it starts without Users.</summary>
public sealed class TrustedKey
{
    /// <summary>The key's id.</summary>
    public required string Kid { get; init; }

    /// <summary>The public key as a JSON Web Key.</summary>
    public required string Jwk { get; init; }
}
