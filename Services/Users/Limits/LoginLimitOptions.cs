using System.ComponentModel.DataAnnotations;

namespace EShop.Users.Limits;

/// <summary><c>LoginLimits</c> in the configuration: how many failures there may be within the window before even the right password is refused.</summary>
internal sealed class LoginLimitOptions
{
    /// <summary>Of one account, from one address.</summary>
    [Range(1, 10_000)]
    public int PerAccountAndAddress { get; set; } = 5;

    /// <summary>Of one account, from anywhere.</summary>
    [Range(1, 10_000)]
    public int PerAccount { get; set; } = 20;

    /// <summary>From one address, of any account.</summary>
    [Range(1, 10_000)]
    public int PerAddress { get; set; } = 50;

    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(15);
}
