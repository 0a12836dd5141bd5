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
                    return Of(answer.SqlState);
                case NpgsqlException or TimeoutException or RedisConnectionException or SocketException or OperationCanceledException:
                    return FailureKind.Outside;
                default:
                    continue;
            }
        }

        return FailureKind.Own;
    }

    private static FailureKind Of(string state) => state switch
    {
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => FailureKind.Conflict,
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled => FailureKind.Outside,
        // A table or column that is missing is a migration that has not run yet, and a changed plan is one that just did.
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.FeatureNotSupported
            or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege => FailureKind.Outside,
        // Connection, resources, operator, system, authorization, and transactions that idled or were read-only (a standby).
        _ when state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal)
            || state.StartsWith("28", StringComparison.Ordinal) || state is "25P03" or "25P04" or "25006" => FailureKind.Outside,
        _ => FailureKind.Own,
    };
}
