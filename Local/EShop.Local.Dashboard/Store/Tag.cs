namespace EShop.Local.Dashboard.Store;

/// <summary>A name and what it was, as text.</summary>
public readonly record struct Tag(string Key, string Value)
{
    /// <summary>An estimate of what attributes cost beside the names, which many share.</summary>
    public static int SizeOf(Tag[] tags)
    {
        var size = 24 + (tags.Length * 16);
        foreach (var tag in tags)
            size += 22 + (tag.Value.Length * 2);
        return size;
    }

    public static string? Find(Tag[] tags, string key)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == key)
                return tag.Value;
        }

        return null;
    }

    public static bool AnyContains(Tag[] tags, string text)
    {
        foreach (var tag in tags)
        {
            if (tag.Value.Contains(text, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
