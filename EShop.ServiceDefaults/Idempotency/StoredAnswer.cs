using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EShop.ServiceDefaults;

/// <summary>An answer as it is stored under a key and repeated from there.</summary>
internal sealed record StoredAnswer(int Status, string? ContentType, string? Location, string? ETag, byte[] Body)
{
    public const string Columns = "status, content_type, location, e_tag, body";

    /// <summary>Runs the rest of the pipeline and catches what it answers, without sending it yet. What becomes a refusal elsewhere becomes one here,
    /// so that a 400 is stored like any other; a fault of ours, or of something passing, is thrown on.</summary>
    public static async Task<(StoredAnswer Answer, bool IsFinal)> CaptureAsync(HttpContext http, RequestDelegate next)
    {
        var sent = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var buffer = new MemoryStream();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(buffer));
        try
        {
            try
            {
                await next(http);
            }
            catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested && ExceptionProblems.For(exception) is { Type.Status: < 500 } problem)
            {
                buffer.SetLength(0);
                await problem.ExecuteAsync(http);
            }

            await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        finally
        {
            http.Features.Set(sent);
        }

        var response = http.Response;
        return (
            new StoredAnswer(response.StatusCode, response.ContentType, Header(response.Headers.Location), Header(response.Headers.ETag), buffer.ToArray()),
            response.StatusCode is (>= 200 and < 300) or 400 or 402 or 403 or 409 or 422 && response.Headers.RetryAfter.Count == 0);
    }

    public static StoredAnswer Read(DbDataReader row, int at) => new(
        row.GetInt32(at),
        row.IsDBNull(at + 1) ? null : row.GetString(at + 1),
        row.IsDBNull(at + 2) ? null : row.GetString(at + 2),
        row.IsDBNull(at + 3) ? null : row.GetString(at + 3),
        row.GetFieldValue<byte[]>(at + 4));

    /// <summary>Sends an answer that was caught: status and headers are on the response already.</summary>
    public Task SendAsync(HttpContext http) => Body.Length == 0 ? Task.CompletedTask : http.Response.Body.WriteAsync(Body, 0, Body.Length, http.RequestAborted);

    /// <summary>Sends the answer of the first request once more, and says that it is one.</summary>
    public Task ReplayAsync(HttpContext http)
    {
        http.Response.StatusCode = Status;
        http.Response.ContentType = ContentType;
        if (Location is not null)
            http.Response.Headers.Location = Location;
        if (ETag is not null)
            http.Response.Headers.ETag = ETag;
        http.Response.Headers["Idempotency-Replayed"] = "true";
        return SendAsync(http);
    }

    private static string? Header(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 0 ? null : values.ToString();
}
