namespace EShop.Local.Dashboard.Store;

/// <summary>
/// Gives the same text once: telemetry says the same few thousand words over and over. A table of fixed size in which a newcomer takes the place of
/// who stood there, so that values which never come again cost nothing for long. Threads may race: the worst is a text held twice.
/// </summary>
internal static class Interned
{
    /// <summary>What is longer is hardly ever said twice.</summary>
    private const int Longest = 120;

    private static readonly string?[] Known = new string[16_384];

    public static string Text(string text)
    {
        if (text.Length is 0 or > Longest)
            return text;
        ref var place = ref Known[string.GetHashCode(text.AsSpan()) & (Known.Length - 1)];
        var there = place;
        if (there == text)
            return there;
        place = text;
        return text;
    }
}
