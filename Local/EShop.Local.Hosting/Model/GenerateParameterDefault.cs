using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A random value of at least 128 bits if it is long enough.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    // Letters and digits that look like others are left out: people type these.
    private const string LowerCase = "abcdefghjkmnpqrstuvwxyz";
    private const string UpperCase = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Specials = "-_.{}~()*+!";

    /// <summary>How many characters at least; must be set.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether there may be lower-case letters.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether there may be upper-case letters.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether there may be digits.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether there may be other characters.</summary>
    public bool Special { get; set; } = true;

    /// <summary>How many lower-case letters at least.</summary>
    public int MinLower { get; set; }

    /// <summary>How many upper-case letters at least.</summary>
    public int MinUpper { get; set; }

    /// <summary>How many digits at least.</summary>
    public int MinNumeric { get; set; }

    /// <summary>How many other characters at least.</summary>
    public int MinSpecial { get; set; }

    /// <summary>A new value at every call.</summary>
    public override string GetDefaultValue()
    {
        if (MinLength <= 0)
            throw new InvalidOperationException($"{nameof(MinLength)} must be above zero.");
        (bool On, int Min, string Characters)[] kinds =
            [(Lower, MinLower, LowerCase), (Upper, MinUpper, UpperCase), (Numeric, MinNumeric, Digits), (Special, MinSpecial, Specials)];
        var all = string.Concat(kinds.Where(k => k.On).Select(k => k.Characters));
        var value = kinds.SelectMany(k => RandomNumberGenerator.GetItems<char>(k.Characters, k.Min)).ToList();
        value.AddRange(RandomNumberGenerator.GetItems<char>(all, Math.Max(0, MinLength - value.Count)));
        var characters = value.ToArray();
        RandomNumberGenerator.Shuffle<char>(characters);
        return new string(characters);
    }
}
