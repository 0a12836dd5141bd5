using System.Text.Json.Serialization;

namespace EShop.Contracts;

/// <summary>Somebody has an account.</summary>
public sealed record UserRegistered(Guid UserId, string Name, string Email) : IEvent<UserRegistered>
{
    /// <inheritdoc/>
    public static string Type => "user.registered";

    /// <inheritdoc/>
    public static string Publisher => "users";

    /// <inheritdoc/>
    [JsonIgnore]
    public string Subject => UserId.ToString();
}
