using System.Globalization;

namespace EShop.Local.Hosting;

/// <summary>A user of this machine.</summary>
internal sealed record UnixUser(string Name, int Id, int Group)
{
    /// <summary>Who runs PostgreSQL where we are root, which it refuses: its own user if the package made one, else nobody. Null where we are not root.</summary>
    public static UnixUser? ForPostgres => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? Find("postgres") ?? Find("nobody") : null;

    private static UnixUser? Find(string name)
    {
        var line = File.ReadLines("/etc/passwd").FirstOrDefault(entry => entry.StartsWith(name + ":", StringComparison.Ordinal));
        return line?.Split(':') is [_, _, var id, var group, ..]
            ? new(name, int.Parse(id, CultureInfo.InvariantCulture), int.Parse(group, CultureInfo.InvariantCulture))
            : null;
    }
}
