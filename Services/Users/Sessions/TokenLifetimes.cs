namespace EShop.Users.Sessions;

/// <summary>The part of <c>Tokens</c> in the configuration that only their issuer needs.</summary>
internal sealed class TokenLifetimes
{
    /// <summary>How long a token is valid.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a refresh token waits to be used.</summary>
    public TimeSpan RefreshLifetime { get; set; } = TimeSpan.FromDays(30);

    public bool AreValid => Lifetime > TimeSpan.Zero && Lifetime <= TimeSpan.FromDays(1) && RefreshLifetime > Lifetime;
}
