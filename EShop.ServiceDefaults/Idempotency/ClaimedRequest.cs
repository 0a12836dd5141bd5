using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EShop.ServiceDefaults;

/// <summary>A keyed request that asks somebody outside, so that no transaction can span it: a claim with a lease is committed first, the answer is stored under it.
/// A process that dies in between leaves a claim that anybody may take over once its lease has run out; the effect itself is protected by the operation's own lease.</summary>
internal static class ClaimedRequest
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(HttpContext http, KeyedRequest request, RequestDelegate next)
    {
        // Connections of its own, given back at once: the handler may wait, and waiting holds no connection.
        var source = http.RequestServices.GetRequiredService<NpgsqlDataSource>();
        var lease = Guid.NewGuid();
        if (!await ClaimAsync(source, request, lease, http.RequestAborted))
        {
            var (hash, first) = await ReadAsync(source, request, http.RequestAborted);
            await (hash is not null && !request.HasBody(hash) ? KeyedRequest.Reused.ExecuteAsync(http)
                : first is not null ? first.ReplayAsync(http)
                : KeyedRequest.InFlight.ExecuteAsync(http));
            return;
        }

        var stored = false;
        try
        {
            var (answer, isFinal) = await StoredAnswer.CaptureAsync(http, next);
            if (isFinal)
            {
                await StoreAsync(source, request, lease, answer);
                stored = true;
            }

            await answer.SendAsync(http);
        }
        finally
        {
            if (!stored)
                await ReleaseAsync(source, request, lease);
        }
    }

    private static async Task<bool> ClaimAsync(NpgsqlDataSource source, KeyedRequest request, Guid lease, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("""
            INSERT INTO idempotency_keys AS claimed (scope, key, body_hash, created_at, lease_token, lease_until) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (scope, key) DO UPDATE SET body_hash = excluded.body_hash, created_at = excluded.created_at, lease_token = excluded.lease_token,
                lease_until = excluded.lease_until, status = NULL, content_type = NULL, location = NULL, e_tag = NULL, body = NULL
            WHERE claimed.created_at <= $7 OR (claimed.status IS NULL AND claimed.lease_until < $4 AND claimed.body_hash = excluded.body_hash)
            """);
        command.Parameters.AddWithValue(request.Scope);
        command.Parameters.AddWithValue(request.Key);
        command.Parameters.AddWithValue(request.BodyHash);
        command.Parameters.AddWithValue(request.Now);
        command.Parameters.AddWithValue(lease);
        command.Parameters.AddWithValue(request.Now + Lease);
        command.Parameters.AddWithValue(request.Now - KeyedRequest.KeptFor);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static async Task<(byte[]? Hash, StoredAnswer? Answer)> ReadAsync(NpgsqlDataSource source, KeyedRequest request, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"SELECT body_hash, {StoredAnswer.Columns} FROM idempotency_keys WHERE scope = $1 AND key = $2");
        command.Parameters.AddWithValue(request.Scope);
        command.Parameters.AddWithValue(request.Key);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return (null, null);
        return (reader.GetFieldValue<byte[]>(0), reader.IsDBNull(1) ? null : StoredAnswer.Read(reader, 1));
    }

    // Under the lease: an answer that comes after somebody took the claim over is not the one that counts. Not cancelled with the request, since the effect is there.
    private static async Task StoreAsync(NpgsqlDataSource source, KeyedRequest request, Guid lease, StoredAnswer answer)
    {
        await using var command = source.CreateCommand("""
            UPDATE idempotency_keys SET status = $4, content_type = $5, location = $6, e_tag = $7, body = $8, lease_token = NULL, lease_until = NULL
            WHERE scope = $1 AND key = $2 AND lease_token = $3
            """);
        command.Parameters.AddWithValue(request.Scope);
        command.Parameters.AddWithValue(request.Key);
        command.Parameters.AddWithValue(lease);
        command.Parameters.AddWithValue(answer.Status);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = answer.ContentType });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = answer.Location });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = answer.ETag });
        command.Parameters.AddWithValue(answer.Body);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static async Task ReleaseAsync(NpgsqlDataSource source, KeyedRequest request, Guid lease)
    {
        await using var command = source.CreateCommand("DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2 AND lease_token = $3");
        command.Parameters.AddWithValue(request.Scope);
        command.Parameters.AddWithValue(request.Key);
        command.Parameters.AddWithValue(lease);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
