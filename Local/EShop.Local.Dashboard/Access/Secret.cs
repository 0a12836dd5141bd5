using System.Security.Cryptography;
using System.Text;

namespace EShop.Local.Dashboard.Access;

/// <summary>Compares secrets in a time that says nothing about where they differ, or how long they are.</summary>
internal static class Secret
{
    public static bool Equal(string? given, string secret) =>
        given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
