using System.Security.Cryptography;

namespace EShop.Local.Stripe;

/// <summary>Ids shaped like Stripe's: a prefix that tells the kind, and 24 random characters.</summary>
internal static class Ids
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Alphabet, 24);
}
