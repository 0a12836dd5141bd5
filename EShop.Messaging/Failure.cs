using System.Net.Sockets;
using Npgsql;
using StackExchange.Redis;

namespace EShop.Messaging;

/// <summary>Whose fault it is that something failed.</summary>
internal enum FailureKind
{
    /// <summary>The event's own: counted, and after some tries it stands aside.</summary>
    Own,

    /// <summary>Two transactions met: the same again succeeds.</summary>
    Conflict,

    /// <summary>Database, broker or network: waited for, never counted. Retries burnt in an outage would fill the dead letters.</summary>
    Outside,
}

internal static class Failure
{
    public static FailureKind Of(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException answer:
                    return Of(answer);
                case NpgsqlException { IsTransient: true } or TimeoutException or RedisConnectionException or SocketException or OperationCanceledException:
                    return FailureKind.Outside;
                default:
                    continue;
            }
        }

        return FailureKind.Own;
    }

    // A table, a column or a privilege that a handler lacks is its own failure: the service migrates before the bus starts, so it would wait for ever. Where the whole schema
    // is missing, the bus's own tables are too: then no try can be counted, and the consumer waits.
    private static FailureKind Of(PostgresException answer) => answer.SqlState switch
    {
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => FailureKind.Conflict,
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.InvalidCatalogName => FailureKind.Outside,
        // A prepared statement whose table a migration has just changed; Npgsql prepares it anew.
        PostgresErrorCodes.FeatureNotSupported when answer.Routine == "RevalidateCachedQuery" => FailureKind.Conflict,
        // Connection, resources, operator, system, authorization, and transactions that idled or were read-only (a standby).
        var state when state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal)
            || state.StartsWith("28", StringComparison.Ordinal) || state is "25P03" or "25P04" or "25006" => FailureKind.Outside,
        _ => FailureKind.Own,
    };
}
