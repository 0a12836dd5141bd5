using EShop.Local.Dashboard.Store;

namespace EShop.Local.Dashboard.Charts;

/// <summary>A span in its place: how deep it is, and where its bar lies, in percent of the width.</summary>
internal sealed record Bar(Span Span, int Depth, bool IsOrphan, double Left, double Width);

/// <summary>
/// The spans of a trace as a picture: who called whom, and when. A purchase waits for its buyer between checkout and payment: stretches in which nothing
/// runs are drawn short, so that what does run can be seen.
/// </summary>
internal sealed class Waterfall
{
    /// <summary>A pause is drawn at most this long, as a part of all the time in which something runs.</summary>
    private const double PauseShare = 0.04;

    private readonly List<(long Start, long End, double At, double Width)> _busy = [];

    public Waterfall(ReadOnlySpan<Span> spans)
    {
        var all = spans.ToArray();
        Array.Sort(all, (a, b) => a.Start.CompareTo(b.Start));
        Measure(all);
        var byParent = all.ToLookup(span => span.Parent);
        var known = all.Select(span => span.Id).ToHashSet();
        var drawn = new HashSet<Span>();
        var open = new Stack<(Span Span, int Depth, bool IsOrphan)>();
        foreach (var root in all.Reverse().Where(span => span.Parent == 0 || !known.Contains(span.Parent)))
            open.Push((root, 0, root.Parent != 0));
        while (open.TryPop(out var next))
        {
            // Whoever sends a span twice, or a circle of them, gets it drawn once.
            if (!drawn.Add(next.Span))
                continue;
            var left = At(next.Span.Start);
            Bars.Add(new(next.Span, next.Depth, next.IsOrphan, left, At(next.Span.End) - left));
            foreach (var child in byParent[next.Span.Id].Reverse())
                open.Push((child, next.Depth + 1, false));
        }
    }

    public List<Bar> Bars { get; } = [];

    /// <summary>The pauses that are drawn short: where, how wide, and how long they were, in nanoseconds.</summary>
    public List<(double Left, double Width, long Length)> Pauses { get; } = [];

    private void Measure(Span[] inOrder)
    {
        var stretches = new List<(long Start, long End)>();
        foreach (var span in inOrder)
        {
            if (stretches.Count > 0 && span.Start <= stretches[^1].End)
                stretches[^1] = (stretches[^1].Start, Math.Max(stretches[^1].End, span.End));
            else
                stretches.Add((span.Start, span.End));
        }

        var longest = Math.Max(1, stretches.Sum(one => one.End - one.Start)) * PauseShare;
        var total = stretches.Sum(one => (double)(one.End - one.Start));
        for (var i = 1; i < stretches.Count; i++)
            total += Math.Min(longest, stretches[i].Start - stretches[i - 1].End);
        total = Math.Max(1, total);

        var at = 0.0;
        for (var i = 0; i < stretches.Count; i++)
        {
            if (i > 0)
            {
                var pause = stretches[i].Start - stretches[i - 1].End;
                var width = Math.Min(longest, pause) / total * 100;
                if (pause > longest)
                    Pauses.Add((at, width, pause));
                at += width;
            }

            var busy = (stretches[i].End - stretches[i].Start) / total * 100;
            _busy.Add((stretches[i].Start, stretches[i].End, at, busy));
            at += busy;
        }
    }

    private double At(long time)
    {
        var (low, high) = (0, _busy.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _busy[middle].Start <= time ? (middle, high) : (low, middle - 1);
        }

        var stretch = _busy[low];
        return stretch.At + (stretch.End == stretch.Start ? 0 : stretch.Width * (time - stretch.Start) / (stretch.End - stretch.Start));
    }
}
