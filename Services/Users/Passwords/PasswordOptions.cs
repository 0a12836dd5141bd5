using System.ComponentModel.DataAnnotations;

namespace EShop.Users.Passwords;

/// <summary><c>Passwords</c> in the configuration.</summary>
internal sealed class PasswordOptions
{
    /// <summary>bcrypt's cost: each step doubles the work. Hashes of another cost are replaced at the next login.</summary>
    [Range(10, 16)]
    public int Cost { get; set; } = 11;

    /// <summary>How many hashes are computed at once; 0 for one a processor.</summary>
    [Range(0, 64)]
    public int Concurrency { get; set; }

    /// <summary>How many may wait for their turn. What is over it is refused at once: it would not be answered in time.</summary>
    [Range(1, 10_000)]
    public int QueueLimit { get; set; } = 40;

    /// <summary>How far the hashing threads stand back behind everything else on the machine (Linux, 0…19), so that browsing keeps its latency in a flood of logins.</summary>
    [Range(0, 19)]
    public int Niceness { get; set; } = 5;
}
