using System.Globalization;

namespace EShop.Local.Dashboard.Pages;

/// <summary>A stretch of a console line and its style sheet classes.</summary>
internal readonly record struct Stretch(string Text, string Style);

/// <summary>Reads the escape sequences by which programs colour what they write. Others than colours are taken out.</summary>
internal static class Ansi
{
    private const char Escape = '\u001b';

    public static List<Stretch> Read(string line)
    {
        var stretches = new List<Stretch>();
        var (colour, back, bold) = ("", "", false);
        var at = 0;
        while (at < line.Length)
        {
            var next = line.IndexOf(Escape, at);
            if (next != at)
            {
                var text = next < 0 ? line[at..] : line[at..next];
                var style = back.Length > 0 ? back : colour;
                stretches.Add(new(text, bold ? $"{style} bold".Trim() : style));
            }

            if (next < 0)
                break;
            at = next + 1;
            if (at >= line.Length || line[at] != '[')
                continue;
            var end = at + 1;
            while (end < line.Length && line[end] is < '@' or > '~')
                end++;
            if (end < line.Length && line[end] == 'm')
                Apply(line.AsSpan(at + 1, end - at - 1), ref colour, ref back, ref bold);
            at = Math.Min(end + 1, line.Length);
        }

        return stretches;
    }

    /// <summary>The line without its colours, for searching.</summary>
    public static string Plain(string line) => line.Contains(Escape) ? string.Concat(Read(line).Select(stretch => stretch.Text)) : line;

    private static void Apply(ReadOnlySpan<char> codes, ref string colour, ref string back, ref bool bold)
    {
        if (codes.IsEmpty)
            (colour, back, bold) = ("", "", false);
        foreach (var range in codes.Split(';'))
        {
            if (!int.TryParse(codes[range], CultureInfo.InvariantCulture, out var code))
                continue;
            switch (code)
            {
                case 0:
                    (colour, back, bold) = ("", "", false);
                    break;
                case 1 or 22:
                    bold = code == 1;
                    break;
                case (>= 30 and <= 37) or (>= 90 and <= 97):
                    colour = $"ansi{(code >= 90 ? code - 82 : code - 30)}";
                    break;
                case 39:
                    colour = "";
                    break;
                case >= 41 and <= 47:
                    // Black on red is red on our black.
                    back = $"ansi{code - 40}";
                    break;
                case 40 or 49:
                    back = "";
                    break;
                case 38 or 48:
                    // One of 256 or 16 million colours follows: it would be unreadable on one of our backgrounds.
                    return;
            }
        }
    }
}
