namespace EShop.Users;

/// <summary>What counts as an e-mail address here: a dot-atom, an @, and a host name with a dot. Quoted local parts and address literals are legal mail, and nobody's account.</summary>
internal static class Email
{
    public const int MaxLength = 254;

    /// <summary>The form in which two spellings of one address are equal.</summary>
    public static string Normalize(string email) => email.Trim().ToUpperInvariant();

    public static bool IsValid(string email)
    {
        var trimmed = email.Trim();
        var at = trimmed.IndexOf('@', StringComparison.Ordinal);
        return trimmed.Length <= MaxLength && at is > 0 and <= 64
            && trimmed[..at].Split('.').All(atom => atom.Length > 0 && atom.All(IsAtomText))
            && trimmed[(at + 1)..].Split('.') is { Length: > 1 } labels && labels.All(IsLabel);
    }

    private static bool IsAtomText(char c) => char.IsLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal);

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label.All(c => char.IsLetterOrDigit(c) || c == '-') && label[0] != '-' && label[^1] != '-';
}
