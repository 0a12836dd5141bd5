namespace EShop.Local.Dashboard.Store;

/// <summary>The spans of one trace. Written under the lock of <see cref="Traces"/>, read without: spans are only ever appended.</summary>
internal sealed class Trace(TraceId id)
{
    private Span[] _spans = new Span[4];
    private int _count;

    public TraceId Id { get; } = id;

    /// <summary>The span that nothing precedes, or the earliest while that one has not come.</summary>
    public Span Root { get; private set; } = null!;

    /// <summary>What it is about. A root that only forwards whatever comes says nothing of it: then the first to answer gives the name.</summary>
    public string Name
    {
        get
        {
            var named = Root;
            foreach (var span in Spans)
            {
                if (IsAnyRoute(Root) && span.Kind == SpanKind.Server && !IsAnyRoute(span) && (IsAnyRoute(named) || span.Start < named.Start))
                    named = span;
            }

            return $"{Root.Source.Service}: {named.Name}";
        }
    }

    public long Start { get; private set; } = long.MaxValue;

    public long End { get; private set; }

    public int Errors { get; private set; }

    /// <summary>Spans that came when there were too many already.</summary>
    public int Dropped { get; private set; }

    public long Size { get; private set; }

    /// <summary>The spans that have come so far, in the order in which they did.</summary>
    public ReadOnlySpan<Span> Spans
    {
        get
        {
            var count = Volatile.Read(ref _count);
            return _spans.AsSpan(0, count);
        }
    }

    /// <summary>Adds a span; says how many bytes that took.</summary>
    public int Add(Span span, int most)
    {
        if (_count >= most)
        {
            Dropped++;
            return 0;
        }

        if (_count == _spans.Length)
            Array.Resize(ref _spans, _count * 2);
        _spans[_count] = span;
        Root = Root is null || Precedes(span, Root) ? span : Root;
        Start = Math.Min(Start, span.Start);
        End = Math.Max(End, span.End);
        Errors += span.IsError ? 1 : 0;
        var size = span.Size;
        Size += size;
        Volatile.Write(ref _count, _count + 1);
        return size;
    }

    private static bool IsAnyRoute(Span span) => span.Name.Contains("{**", StringComparison.Ordinal);

    private static bool Precedes(Span span, Span other) =>
        (span.Parent == 0) != (other.Parent == 0) ? span.Parent == 0 : span.Start < other.Start;
}
