namespace EShop.Local.Dashboard.Store;

/// <summary>Looks at what is kept from its newest end.</summary>
internal static class Newest
{
    /// <summary>The newest that match, newest first, at most so many, and how many there are in all.</summary>
    public static (List<T> Found, int Of) Of<T>(T[] all, Func<T, bool> matches, int most)
    {
        var found = new List<T>();
        for (var i = all.Length - 1; i >= 0 && found.Count < most; i--)
        {
            if (matches(all[i]))
                found.Add(all[i]);
        }

        return (found, all.Length);
    }
}
