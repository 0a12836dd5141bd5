namespace EShop.Users.Sessions;

/// <summary>One login and the refresh tokens that descend from it, of which only the newest works. A family that is revoked is deleted: its tokens, spent or not, then fit nothing.</summary>
internal sealed class RefreshFamily
{
    public Guid Id { get; private init; }

    public Guid UserId { get; private init; }

    /// <summary>SHA-256 of the newest token's secret.</summary>
    public byte[] SecretHash { get; private init; } = [];

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the newest token expires.</summary>
    public DateTimeOffset ExpiresAt { get; private init; }

    public static RefreshFamily Begin(Guid userId, DateTimeOffset now, TimeSpan lifetime, out RefreshToken token)
    {
        token = RefreshToken.New(Guid.CreateVersion7(now));
        return new RefreshFamily { Id = token.Family, UserId = userId, SecretHash = token.Hash, CreatedAt = now, ExpiresAt = now + lifetime };
    }
}
