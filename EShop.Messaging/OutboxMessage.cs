using Npgsql;
using NpgsqlTypes;

namespace EShop.Messaging;

/// <summary>An event as a row of the publishing service: stored with the change that it tells, published after the commit.</summary>
/// <remarks>A published row is kept for 7 days and until every subscriber has acknowledged it, so that a broker that lost everything is told again.</remarks>
public sealed class OutboxMessage
{
    /// <summary>CloudEvents <c>id</c>: a UUIDv7, unique for ever. Subscribers recognise a repeat by it.</summary>
    public required Guid Id { get; init; }

    /// <summary>CloudEvents <c>type</c>, for example <c>cart.checked_out</c>.</summary>
    public required string Type { get; init; }

    /// <summary>CloudEvents <c>subject</c>: the id of the aggregate.</summary>
    public required string Subject { get; init; }

    /// <summary>CloudEvents <c>time</c>: when the change was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The W3C trace parent of the change, if it was traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>CloudEvents <c>data</c>: the exact JSON text that subscribers get.</summary>
    public required string Data { get; init; }

    /// <summary>First half of the stream entry's id (milliseconds), once published.</summary>
    public long? EntryMs { get; private set; }

    /// <summary>Second half of the stream entry's id (a counter within the millisecond), once published.</summary>
    public long? EntrySeq { get; private set; }

    /// <summary>The life of the stream that the entry belongs to: a broker that forgot something begins a new one.</summary>
    public Guid? Epoch { get; private set; }

    /// <summary>When it was appended to the stream; null while it waits for the relay.</summary>
    public DateTimeOffset? PublishedAt { get; private set; }

    /// <summary>When every subscriber was seen to have acknowledged it.</summary>
    public DateTimeOffset? DoneAt { get; private set; }

    /// <summary>The statement that stores the row, for a batch or a command of the service's own on the connection and in the transaction of the change.</summary>
    public NpgsqlBatchCommand ToInsert() => new("INSERT INTO outbox (id, type, subject, time, trace_parent, data) VALUES ($1, $2, $3, $4, $5, $6)")
    {
        Parameters =
        {
            new() { Value = Id },
            new() { Value = Type },
            new() { Value = Subject },
            new() { Value = Time.ToUniversalTime() },
            new() { Value = (object?)TraceParent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = Data },
        },
    };
}
