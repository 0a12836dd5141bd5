using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using StackExchange.Redis;

namespace EShop.ServiceDefaults;

/// <summary>Turns what was thrown into what is answered: bad input into a 4xx that names the member, a lost database or broker into 503, the rest into a 500 that says nothing of the inside.</summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    // What Postgres answers while it restarts, is out of connections, or gave up waiting: asking again is right.
    private static readonly HashSet<string> Passing =
    [
        PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown, PostgresErrorCodes.CannotConnectNow, PostgresErrorCodes.TooManyConnections,
        PostgresErrorCodes.LockNotAvailable, PostgresErrorCodes.QueryCanceled, PostgresErrorCodes.SerializationFailure, PostgresErrorCodes.DeadlockDetected,
        "25P03", // idle_in_transaction_session_timeout
    ];

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested && exception is OperationCanceledException)
            return true; // Nobody is there to answer.
        var problem = For(exception);
        var endpoint = httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName ?? "no endpoint";
        if (problem is null)
            Unhandled(logger, endpoint, exception);
        else if (problem.Type == ProblemType.Unavailable)
            Unavailable(logger, endpoint, exception.GetType().Name, exception.InnerException?.Message ?? exception.Message);
        await (problem ?? Problem.Of(ProblemType.InternalError, "The fault is ours and was logged under this trace id.")).ExecuteAsync(httpContext);
        return true;
    }

    /// <summary>The answer to an exception that a client or something passing caused; null where it is a fault of ours.</summary>
    internal static Problem? For(Exception exception) => exception switch
    {
        ProblemException refused => refused.Problem,
        BadHttpRequestException bad => For(bad),
        _ when IsPassing(exception) => Problem.Unavailable("Something behind this service is away or busy. Ask again, with the same Idempotency-Key."),
        _ => null,
    };

    private static bool IsPassing(Exception exception) => exception switch
    {
        PostgresException answered => Passing.Contains(answered.SqlState),
        NpgsqlException or RedisException or TimeoutException or HttpRequestException or OperationCanceledException => true,
        DbUpdateException { InnerException: { } inner } => IsPassing(inner),
        InvalidOperationException { InnerException: NpgsqlException or DbUpdateException } wrapped => IsPassing(wrapped.InnerException!),
        _ => false,
    };

    private static Problem For(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => Problem.Of(ProblemType.TooLarge, "Send a smaller body."),
        StatusCodes.Status415UnsupportedMediaType => Problem.Of(ProblemType.UnsupportedMediaType, "Send JSON, as 'Content-Type: application/json'."),
        _ when bad.InnerException is JsonException json => Problem.Invalid(WrongMembers(json)),
        _ when bad.Message.Contains("from body", StringComparison.Ordinal) || bad.Message.Contains("no body was provided", StringComparison.Ordinal) => Problem.Invalid("body", "A JSON body is needed."),
        _ when Parameter().Match(bad.Message) is { Success: true } match =>
            Problem.Invalid(MemberName(match.Groups["name"].Value), "This value can't be read as what is expected here."),
        _ => Problem.Invalid("request", "The request can't be read."),
    };

    private static Dictionary<string, string[]> WrongMembers(JsonException json)
    {
        var path = json.Path is { Length: > 2 } found ? found[2..] : null;
        if (json.Message.Contains("missing required properties", StringComparison.Ordinal))
            return Quoted().Matches(json.Message[json.Message.IndexOf("including", StringComparison.Ordinal)..])
                .ToDictionary(match => path is null ? match.Groups[1].Value : $"{path}.{match.Groups[1].Value}", _ => new[] { "This member is missing." });
        return new() { [path ?? "body"] = [path is null ? "This is not valid JSON of the expected shape." : "This value is not of the expected kind."] };
    }

    private static string MemberName(string parameter) => JsonNamingPolicy.CamelCase.ConvertName(parameter);

    [GeneratedRegex("parameter \"(?:[^\"]* )?(?<name>\\w+)\"")]
    private static partial Regex Parameter();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();

    [LoggerMessage(1, LogLevel.Error, "{Endpoint} failed")]
    private static partial void Unhandled(ILogger logger, string endpoint, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "{Endpoint} was answered 503: {Exception}: {Reason}")]
    private static partial void Unavailable(ILogger logger, string endpoint, string exception, string reason);
}
