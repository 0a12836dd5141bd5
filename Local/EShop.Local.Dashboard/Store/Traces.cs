namespace EShop.Local.Dashboard.Store;

/// <summary>What to look for among the traces; null is anything. Background is what no request and no event began: the polls of a service.</summary>
internal sealed record TraceFilter(string? Service, string? Text, bool ErrorsOnly, bool WithBackground = true);

/// <summary>The traces of all resources, bounded.</summary>
internal sealed class Traces(Limits limits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TraceId, Trace> _byId = [];
    private readonly Ring<Trace> _inOrder = new(limits.MaxTraceCount);
    private long _bytes;

    public Signal Changed { get; } = new();

    public int Count
    {
        get
        {
            lock (_gate)
                return _inOrder.Count;
        }
    }

    public void Add(List<(TraceId Trace, Span Span)> spans)
    {
        lock (_gate)
        {
            foreach (var (id, span) in spans)
            {
                if (!_byId.TryGetValue(id, out var trace))
                {
                    if (_inOrder.IsFull)
                        DropOldest();
                    _byId[id] = trace = new Trace(id);
                    _inOrder.Add(trace);
                }

                _bytes += trace.Add(span, limits.MaxSpansPerTrace);
            }

            while (_bytes > limits.MaxTraceBytes && _inOrder.Count > 1)
                DropOldest();
        }

        Changed.Raise();
    }

    public Trace? Find(TraceId id)
    {
        lock (_gate)
            return _byId.GetValueOrDefault(id);
    }

    /// <summary>The newest that match, at most so many, and how many were looked at.</summary>
    public (List<Trace> Found, int Of) Find(TraceFilter filter, int most)
    {
        return Newest.Of(Snapshot(), trace => Matches(trace, filter), most);
    }

    public void Clear()
    {
        lock (_gate)
        {
            while (_inOrder.Count > 0)
                DropOldest();
        }

        Changed.Raise();
    }

    private Trace[] Snapshot()
    {
        lock (_gate)
            return _inOrder.ToArray();
    }

    private void DropOldest()
    {
        var oldest = _inOrder.Take();
        _byId.Remove(oldest.Id);
        _bytes -= oldest.Size;
    }

    private static bool IsBackground(Trace trace) => trace.Root is { Parent: 0, Kind: SpanKind.Client } && trace.Errors == 0;

    private static bool Matches(Trace trace, TraceFilter filter)
    {
        if ((filter.ErrorsOnly && trace.Errors == 0) || (!filter.WithBackground && IsBackground(trace)))
            return false;
        if (filter.Service is null && filter.Text is null)
            return true;
        var (service, text) = (filter.Service is null, filter.Text is null || trace.Id.ToString().StartsWith(filter.Text, StringComparison.OrdinalIgnoreCase));
        foreach (var span in trace.Spans)
        {
            service = service || span.Source.Service == filter.Service;
            text = text || span.Name.Contains(filter.Text!, StringComparison.OrdinalIgnoreCase) || Tag.AnyContains(span.Attributes, filter.Text!);
            if (service && text)
                return true;
        }

        return false;
    }
}
