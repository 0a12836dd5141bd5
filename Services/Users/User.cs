using System.Globalization;
using EShop.Contracts;

namespace EShop.Users;

internal enum Role
{
    Customer,
    Admin,
}

/// <summary>Somebody with an account.</summary>
internal sealed class User
{
    public Guid Id { get; private init; }

    public string Name { get; private init; } = "";

    /// <summary>As it was given, trimmed.</summary>
    public string Email { get; private init; } = "";

    /// <summary>Unique: two spellings of one address are one account.</summary>
    public string NormalizedEmail { get; private init; } = "";

    /// <summary>Name and address in the form that searches are compared in. Made here, because what upper case is in the database depends on its locale.</summary>
    public string SearchText { get; private init; } = "";

    public string PasswordHash { get; private init; } = "";

    public Role Role { get; private set; }

    /// <summary>Counts the changes of what others see: the account's ETag.</summary>
    public int Version { get; private set; } = 1;

    public string ETag => Version.ToString(CultureInfo.InvariantCulture);

    public DateTimeOffset CreatedAt { get; private init; }

    public static User Register(string name, string email, string passwordHash, Role role, DateTimeOffset now)
    {
        name = name.Trim();
        email = email.Trim();
        return new User
        {
            Id = Guid.CreateVersion7(now),
            Name = name,
            Email = email,
            NormalizedEmail = Users.Email.Normalize(email),
            SearchText = Searchable($"{name}\n{email}"),
            PasswordHash = passwordHash,
            Role = role,
            CreatedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)), // What Postgres keeps, so that every answer says the same.
        };
    }

    public UserRegistered Registered() => new(Id, Name, Email);

    public void Become(Role role)
    {
        Role = role;
        Version++;
    }

    public static string Searchable(string text) => text.ToUpperInvariant();
}

/// <summary>A user as others see it: never with the hash.</summary>
internal sealed record UserView(Guid Id, string Name, string Email, Role Role, DateTimeOffset CreatedAt)
{
    public static UserView Of(User user) => new(user.Id, user.Name, user.Email, user.Role, user.CreatedAt);
}
