using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace EShop.ServiceDefaults;

/// <summary>A keyed request that only touches the database: key, answer and effect are one transaction, so that none can be there without the others.</summary>
internal static class TransactionalRequest
{
    public static async Task RunAsync(HttpContext http, DbContext database, KeyedRequest request, RequestDelegate next)
    {
        database.Database.AutoSavepointsEnabled = false; // There is one already, below.
        await using var transaction = await database.Database.BeginTransactionAsync(http.RequestAborted);
        var connection = (NpgsqlConnection)database.Database.GetDbConnection();

        var (locked, hash, stored) = await OpenAsync(connection, request, http.RequestAborted);
        if (!locked)
        {
            await KeyedRequest.InFlight.ExecuteAsync(http);
            return;
        }

        if (hash is not null)
        {
            await (request.HasBody(hash) ? stored!.ReplayAsync(http) : KeyedRequest.Reused.ExecuteAsync(http));
            return;
        }

        var (answer, isFinal) = await StoredAnswer.CaptureAsync(http, next);
        if (isFinal)
            await CloseAsync(connection, transaction, request, answer);
        await answer.SendAsync(http);
    }

    // One round trip. The second statement has a snapshot of its own, taken under the lock: it sees what the holder before us committed.
    private static async Task<(bool Locked, byte[]? Hash, StoredAnswer? Answer)> OpenAsync(NpgsqlConnection connection, KeyedRequest request, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SELECT pg_try_advisory_xact_lock($1)") { Parameters = { new() { Value = request.LockId } } },
                new($"SELECT body_hash, {StoredAnswer.Columns} FROM idempotency_keys WHERE scope = $1 AND key = $2 AND created_at > $3")
                {
                    Parameters = { new() { Value = request.Scope }, new() { Value = request.Key }, new() { Value = request.Now - KeyedRequest.KeptFor } },
                },
                new("SAVEPOINT handler"),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var locked = reader.GetBoolean(0);
        await reader.NextResultAsync(cancellationToken);
        return locked && await reader.ReadAsync(cancellationToken)
            ? (true, reader.GetFieldValue<byte[]>(0), StoredAnswer.Read(reader, 1))
            : (locked, null, null);
    }

    // Not cancelled with the request: the effect is ready, and a caller that hung up will come back with its key.
    private static async Task CloseAsync(NpgsqlConnection connection, IDbContextTransaction transaction, KeyedRequest request, StoredAnswer answer)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (answer.Status >= 400)
            batch.BatchCommands.Add(new("ROLLBACK TO SAVEPOINT handler")); // A refusal has no effect, whatever the handler wrote before it refused.
        batch.BatchCommands.Add(new($"""
            INSERT INTO idempotency_keys (scope, key, body_hash, created_at, {StoredAnswer.Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (scope, key) DO UPDATE SET body_hash = excluded.body_hash, created_at = excluded.created_at, status = excluded.status,
                content_type = excluded.content_type, location = excluded.location, e_tag = excluded.e_tag, body = excluded.body
            """)
        {
            Parameters =
            {
                new() { Value = request.Scope }, new() { Value = request.Key }, new() { Value = request.BodyHash }, new() { Value = request.Now }, new() { Value = answer.Status },
                Text(answer.ContentType), Text(answer.Location), Text(answer.ETag), new() { Value = answer.Body },
            },
        });
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static NpgsqlParameter<string?> Text(string? value) => new() { TypedValue = value };
}
