using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace EShop.Messaging;

/// <summary>Counts an event's tries, and puts it aside when they are used up. Each call is one statement, and so one transaction.</summary>
internal sealed class Parking(NpgsqlDataSource database, BusMetrics metrics, TimeProvider clock)
{
    /// <summary>Counts one more try, before it is made: an event that kills its process has been counted.</summary>
    /// <returns>Which try this is, from 1, and what went wrong at the last.</returns>
    public async Task<(int Try, string? LastError)> CountAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var count = database.CreateCommand(
            """
            INSERT INTO event_tries (id, tries, tried_at) VALUES ($1, 1, $2)
            ON CONFLICT (id) DO UPDATE SET tries = event_tries.tries + 1, tried_at = $2 RETURNING tries, error
            """);
        count.Parameters.Add(new() { Value = id });
        count.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await using var reader = await count.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetString(1));
    }

    /// <summary>Remembers why the last try failed.</summary>
    public async Task RecordAsync(Guid id, Exception failure, CancellationToken cancellationToken)
    {
        await using var record = database.CreateCommand("UPDATE event_tries SET error = $2 WHERE id = $1");
        record.Parameters.Add(new() { Value = id });
        record.Parameters.Add(new() { Value = Describe(failure) });
        await record.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes a dead letter of an entry and takes its id, unless the id is taken already: then its effect is committed, or it is parked.</summary>
    public async Task ParkAsync(string publisher, Entry entry, int tries, string error, CancellationToken cancellationToken)
    {
        await using var park = database.CreateCommand(
            """
            WITH tried AS (DELETE FROM event_tries WHERE id = $1),
                 taken AS (INSERT INTO inbox (id, handled_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id)
            INSERT INTO dead_letters (id, publisher, entry_id, type, subject, fields, error, tries, parked_at)
            SELECT id, $3, $4, $5, $6, $7, $8, $9, $2 FROM taken ON CONFLICT DO NOTHING
            """);
        park.Parameters.Add(new() { Value = Envelope.IdOf(entry) ?? IdFor(publisher, entry) });
        park.Parameters.Add(new() { Value = clock.GetUtcNow() });
        park.Parameters.Add(new() { Value = publisher });
        park.Parameters.Add(new() { Value = entry.Id });
        park.Parameters.Add(Optional(entry.Fields.GetValueOrDefault("type")));
        park.Parameters.Add(Optional(entry.Fields.GetValueOrDefault("subject")));
        park.Parameters.Add(new() { Value = entry.ToJson() });
        park.Parameters.Add(new() { Value = error });
        park.Parameters.Add(new() { Value = tries });
        if (await park.ExecuteNonQueryAsync(cancellationToken) > 0)
            metrics.Parked(publisher);
    }

    /// <summary>What went wrong, in a form that Postgres stores.</summary>
    public static string Describe(Exception failure)
    {
        var text = Storable(failure.ToString());
        return text.Length <= 4000 ? text : text[..4000];
    }

    // Postgres stores no NUL in a text, and the bytes of half a surrogate are no UTF-8.
    private static string Storable(string text) => string.Concat(text.EnumerateRunes().Where(rune => rune.Value != 0).Select(rune => rune.ToString()));

    private static NpgsqlParameter Optional(string? text) => new() { Value = text is null ? DBNull.Value : Storable(text), NpgsqlDbType = NpgsqlDbType.Text };

    // Always the same for the same entry: delivered again after we died before the acknowledgement, it is parked once.
    private static Guid IdFor(string publisher, Entry entry) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{publisher}/{entry.Id}")).AsSpan(0, 16));
}
