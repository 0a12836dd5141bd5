using System.Buffers;
using System.IO.Compression;
using EShop.Local.Dashboard.Access;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EShop.Local.Dashboard.Otlp;

/// <summary>OTLP over HTTP with protobuf bodies, plain or gzip.</summary>
internal static class HttpIntake
{
    public const string Path = "/v1";

    private const string Protobuf = "application/x-protobuf";

    /// <summary>Unpacked: a small body may be a large one in disguise.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    public static void MapOtlpHttp(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup(Path);
        group.MapPost("/traces", (HttpRequest request, AccessOptions access, Intake intake) => Take(request, access, ExportTraceServiceRequest.Parser, intake.Take));
        group.MapPost("/metrics", (HttpRequest request, AccessOptions access, Intake intake) => Take(request, access, ExportMetricsServiceRequest.Parser, intake.Take));
        group.MapPost("/logs", (HttpRequest request, AccessOptions access, Intake intake) => Take(request, access, ExportLogsServiceRequest.Parser, intake.Take));
    }

    private static async Task<Results<FileContentHttpResult, UnauthorizedHttpResult, ProblemHttpResult>> Take<T>(
        HttpRequest request, AccessOptions access, MessageParser<T> parser, Action<T> take) where T : IMessage<T>
    {
        if (!Secret.Equal(request.Headers[OtlpKey.Header], access.OtlpKey))
            return TypedResults.Unauthorized();
        if (request.ContentType?.StartsWith(Protobuf, StringComparison.OrdinalIgnoreCase) != true)
            return TypedResults.Problem($"The body is to be {Protobuf}.", statusCode: StatusCodes.Status415UnsupportedMediaType);
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding is not ("" or "identity" or "gzip"))
            return TypedResults.Problem("The body is to be plain or gzip.", statusCode: StatusCodes.Status415UnsupportedMediaType);

        // From the pool: bodies come several times a second, and large arrays are collected late.
        var body = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(request.ContentLength ?? 0, 64 * 1024, MostBytes + 1));
        try
        {
            await using var unpacked = encoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
            var length = 0;
            while (await unpacked.ReadAsync(body.AsMemory(length), request.HttpContext.RequestAborted) is > 0 and var read)
            {
                length += read;
                if (length > MostBytes)
                    return TypedResults.Problem($"The body is to be at most {MostBytes} bytes, unpacked.", statusCode: StatusCodes.Status413PayloadTooLarge);
                if (length == body.Length)
                    body = Grow(body);
            }

            take(parser.ParseFrom(body, 0, length));
            return TypedResults.File([], Protobuf);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            return TypedResults.Problem("The body cannot be read as what its headers say.", statusCode: StatusCodes.Status400BadRequest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    private static byte[] Grow(byte[] body)
    {
        var larger = ArrayPool<byte>.Shared.Rent(body.Length * 2);
        body.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(body);
        return larger;
    }
}
