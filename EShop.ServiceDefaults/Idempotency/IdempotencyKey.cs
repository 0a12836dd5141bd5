namespace EShop.ServiceDefaults;

/// <summary>A key that a client gave to a request, with the answer once there is one. Kept for 24 hours.</summary>
public sealed class IdempotencyKey
{
    /// <summary>Who, method and path: keys of different callers or calls never meet.</summary>
    public required string Scope { get; init; }

    /// <summary>The key as the client sent it.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of the body's raw bytes.</summary>
    public required byte[] BodyHash { get; init; }

    /// <summary>When the key was first seen.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The stored answer's status; null while the request is in flight.</summary>
    public int? Status { get; init; }

    /// <summary>The stored answer's <c>Content-Type</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>The stored answer's <c>Location</c>.</summary>
    public string? Location { get; init; }

    /// <summary>The stored answer's <c>ETag</c>.</summary>
    public string? ETag { get; init; }

    /// <summary>The stored answer's body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Who holds the claim of a request that asks somebody outside.</summary>
    public Guid? LeaseToken { get; init; }

    /// <summary>Until when the claim holds.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }
}

/// <summary>On a route that honours <c>Idempotency-Key</c>.</summary>
internal sealed record IdempotentRoute(bool ByClaim);
