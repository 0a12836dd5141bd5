using Npgsql;

namespace EShop.Messaging;

/// <summary>What the relay takes from Postgres and writes back to it, in one transaction under its lock.</summary>
internal sealed record RelayBatch(List<OutboxMessage> Rows, (Guid Epoch, EntryId Last)? State)
{
    /// <summary>The advisory lock under which one relay at a time writes the stream.</summary>
    public const long OneAtATime = 0x45_53_68_6f_70_52_6c_79;

    private const int ReopenedAtOnce = 5000;

    /// <summary>The unpublished rows, oldest first, and the state of the stream; null where another relay holds the lock.</summary>
    public static async Task<RelayBatch?> TakeAsync(NpgsqlConnection connection, string publisher, int limit, CancellationToken cancellationToken)
    {
        // Three statements, so that the rows are read by a snapshot taken after the lock was: what the relay before us marked is seen as marked.
        await using var take = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT pg_try_advisory_xact_lock($1)") { Parameters = { new() { Value = OneAtATime } } },
                new("SELECT epoch, last_ms, last_seq FROM relay_state WHERE publisher = $1") { Parameters = { new() { Value = publisher } } },
                new("SELECT id, type, subject, time, trace_parent, data FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT $1") { Parameters = { new() { Value = limit } } },
            },
        };
        await using var reader = await take.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (!reader.GetBoolean(0))
            return null;
        await reader.NextResultAsync(cancellationToken);
        (Guid, EntryId)? state = await reader.ReadAsync(cancellationToken) ? (reader.GetGuid(0), new(reader.GetInt64(1), reader.GetInt64(2))) : null;
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<OutboxMessage>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new()
            {
                Id = reader.GetGuid(0),
                Type = reader.GetString(1),
                Subject = reader.GetString(2),
                Time = await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellationToken),
                TraceParent = await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetString(4),
                Data = reader.GetString(5),
            });
        }

        return new(rows, state);
    }

    /// <summary>Marks the rows as published by these entries, and remembers the last of them.</summary>
    public static async Task MarkAsync(
        NpgsqlConnection connection, string publisher, RelayBatch batch, IReadOnlyList<EntryId> ids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return;
        await using var mark = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("""
                    UPDATE outbox SET published_at = $1, epoch = $2, entry_ms = entry.ms, entry_seq = entry.seq
                    FROM unnest($3, $4, $5) AS entry (id, ms, seq) WHERE outbox.id = entry.id
                    """)
                {
                    Parameters =
                    {
                        new() { Value = now },
                        new() { Value = batch.State!.Value.Epoch },
                        new() { Value = batch.Rows.Select(row => row.Id).ToArray() },
                        new() { Value = ids.Select(id => id.Ms).ToArray() },
                        new() { Value = ids.Select(id => id.Seq).ToArray() },
                    },
                },
                new("UPDATE relay_state SET last_ms = $2, last_seq = $3 WHERE publisher = $1")
                {
                    Parameters = { new() { Value = publisher }, new() { Value = ids[^1].Ms }, new() { Value = ids[^1].Seq } },
                },
            },
        };
        await mark.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Begins a new life of the stream: every row that not every subscriber is known to have acknowledged is unpublished again.</summary>
    /// <returns>How many rows that are.</returns>
    public static async Task<int> BeginEpochAsync(NpgsqlConnection connection, string publisher, Guid epoch, EntryId last, CancellationToken cancellationToken)
    {
        await using var begin = new NpgsqlCommand("""
            INSERT INTO relay_state (publisher, epoch, last_ms, last_seq, watermark_ms, watermark_seq) VALUES ($1, $2, $3, $4, 0, 0)
            ON CONFLICT (publisher) DO UPDATE SET epoch = $2, last_ms = $3, last_seq = $4, watermark_ms = 0, watermark_seq = 0
            """, connection)
        {
            Parameters = { new() { Value = publisher }, new() { Value = epoch }, new() { Value = last.Ms }, new() { Value = last.Seq } },
        };
        await begin.ExecuteNonQueryAsync(cancellationToken);
        var reopened = 0;
        for (var (after, rows) = (new EntryId(-1, 0), ReopenedAtOnce); rows == ReopenedAtOnce; reopened += rows)
            (after, rows) = await ReopenAsync(connection, after, cancellationToken);
        return reopened;
    }

    // So many rows a statement that none runs into its time limit, however long a subscriber was away: a new epoch that can't begin would stop everything.
    private static async Task<(EntryId Last, int Rows)> ReopenAsync(NpgsqlConnection connection, EntryId after, CancellationToken cancellationToken)
    {
        await using var reopen = new NpgsqlCommand($"""
            WITH again AS (
                SELECT id, entry_ms, entry_seq FROM outbox WHERE published_at IS NOT NULL AND done_at IS NULL AND (entry_ms, entry_seq) > ($1, $2)
                ORDER BY entry_ms, entry_seq LIMIT {ReopenedAtOnce}),
            reopened AS (
                UPDATE outbox SET published_at = NULL, epoch = NULL, entry_ms = NULL, entry_seq = NULL FROM again WHERE outbox.id = again.id AND outbox.done_at IS NULL)
            SELECT entry_ms, entry_seq, count(*) OVER () FROM again ORDER BY entry_ms DESC, entry_seq DESC LIMIT 1
            """, connection)
        {
            Parameters = { new() { Value = after.Ms }, new() { Value = after.Seq } },
        };
        await using var reader = await reopen.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (new(reader.GetInt64(0), reader.GetInt64(1)), (int)reader.GetInt64(2)) : (after, 0);
    }
}
