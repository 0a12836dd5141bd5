namespace EShop.Local.Dashboard.Store;

/// <summary>What a span did, by OTLP's numbers.</summary>
public enum SpanKind
{
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// <summary>Something that happened during a span. Times are nanoseconds since 1970.</summary>
public sealed record SpanEvent(long Time, string Name, Tag[] Attributes);

/// <summary>Another span that has to do with this one.</summary>
public readonly record struct SpanLink(TraceId Trace, ulong Span);

/// <summary>A piece of work. Times are nanoseconds, since 1970 where they are a moment.</summary>
public sealed class Span
{
    public required ulong Id { get; init; }

    /// <summary>Zero for none.</summary>
    public required ulong Parent { get; init; }

    public required Source Source { get; init; }

    public required string Scope { get; init; }

    public required string Name { get; init; }

    public required SpanKind Kind { get; init; }

    public required long Start { get; init; }

    public required long Duration { get; init; }

    public required bool IsError { get; init; }

    public required string Message { get; init; }

    public required Tag[] Attributes { get; init; }

    public SpanEvent[] Events { get; init; } = [];

    public SpanLink[] Links { get; init; } = [];

    public long End => Start + Duration;

    /// <summary>About how many bytes it takes.</summary>
    public int Size
    {
        get
        {
            var size = 160 + Tag.SizeOf(Attributes) + (Links.Length * 24) + (Message.Length * 2);
            foreach (var happened in Events)
                size += 64 + Tag.SizeOf(happened.Attributes);
            return size;
        }
    }
}
