namespace EShop.Local.Dashboard.Store;

/// <summary>A structured log line. Severity is OTLP's number: 1 trace, 5 debug, 9 information, 13 warning, 17 error, 21 critical.</summary>
internal sealed record LogEntry(
    long Time, int Severity, Source Source, string Category, string Message, TraceId Trace, ulong Span, Tag[] Attributes)
{
    /// <summary>In the order of arrival, from 1; set once, when it is kept.</summary>
    public long Number { get; set; }

    public int Size => 120 + (Message.Length * 2) + Tag.SizeOf(Attributes);
}

/// <summary>What to look for among the logs; null is anything.</summary>
internal sealed record LogFilter(string? Service, int Severity, string? Text, TraceId? Trace);

/// <summary>The structured logs of all resources, bounded.</summary>
internal sealed class Logs(Limits limits)
{
    private readonly Lock _gate = new();
    private readonly Ring<LogEntry> _entries = new(limits.MaxLogCount);
    private long _bytes;
    private long _number;

    public Signal Changed { get; } = new();

    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    public void Add(List<LogEntry> entries)
    {
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                if (_entries.IsFull)
                    _bytes -= _entries.Take().Size;
                entry.Number = ++_number;
                _entries.Add(entry);
                _bytes += entry.Size;
            }

            while (_bytes > limits.MaxLogBytes && _entries.Count > 1)
                _bytes -= _entries.Take().Size;
        }

        Changed.Raise();
    }

    /// <summary>The newest that match, newest first, at most so many, and how many there are in all.</summary>
    public (List<LogEntry> Found, int Of) Find(LogFilter filter, int most)
    {
        LogEntry[] all;
        lock (_gate)
            all = _entries.ToArray();
        return Newest.Of(all, entry => Matches(entry, filter), most);
    }

    public void Clear()
    {
        lock (_gate)
        {
            while (_entries.Count > 0)
                _entries.Take();
            _bytes = 0;
        }

        Changed.Raise();
    }

    private static bool Matches(LogEntry entry, LogFilter filter) =>
        entry.Severity >= filter.Severity
        && (filter.Service is null || entry.Source.Service == filter.Service)
        && (filter.Trace is null || entry.Trace == filter.Trace)
        && (filter.Text is null
            || entry.Message.Contains(filter.Text, StringComparison.OrdinalIgnoreCase)
            || entry.Category.Contains(filter.Text, StringComparison.OrdinalIgnoreCase)
            || Tag.AnyContains(entry.Attributes, filter.Text));
}
