using System.Text;
using FluentValidation;

namespace EShop.Users.Passwords;

/// <summary>What a new password must be.</summary>
internal static class PasswordRule
{
    private const int MinCharacters = 8;
    private const int MaxBytes = 72;

    /// <summary>bcrypt reads 72 bytes and ignores the rest, so two longer passwords that begin alike would open one account: they are refused, never cut.</summary>
    public static bool Fits(string password) => Encoding.UTF8.GetByteCount(password) <= MaxBytes;

    public static bool IsLongEnough(string password) => password.EnumerateRunes().Count() >= MinCharacters;

    public static IRuleBuilderOptions<T, string> NewPassword<T>(this IRuleBuilder<T, string> rule) => rule
        .Must(IsLongEnough).WithMessage("A password has at least 8 characters.")
        .Must(Fits).WithMessage("A password has at most 72 bytes in UTF-8.");
}
