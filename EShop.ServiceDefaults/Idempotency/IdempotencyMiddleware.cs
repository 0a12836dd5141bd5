using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.ServiceDefaults;

/// <summary>One key, one effect: a repeated request gets the first one's answer, and never runs twice.</summary>
internal sealed class IdempotencyMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http, TimeProvider clock)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<IdempotentRoute>() is not { } route || http.Request.Headers["Idempotency-Key"] is not { Count: > 0 } header)
        {
            await next(http);
            return;
        }

        if (header.Count > 1 || header[0] is not { Length: >= 1 and <= 255 } key || key.Any(c => c is < '!' or > '~'))
        {
            await Problem.Invalid("Idempotency-Key", "Send one key of 1 to 255 visible ASCII characters.").ExecuteAsync(http);
            return;
        }

        if (Caller(http) is not { } caller)
        {
            await next(http); // Neither user nor guest: the route refuses, and there is nobody whose key this could be.
            return;
        }

        // Routes tell neither capitals nor a slash at the end apart.
        var path = http.Request.Path.Value!.TrimEnd('/').ToLowerInvariant();
        var request = new KeyedRequest($"{caller} {http.Request.Method} {path}", key, await HashBodyAsync(http), clock.GetUtcNow());
        await (route.ByClaim
            ? ClaimedRequest.RunAsync(http, request, next)
            : TransactionalRequest.RunAsync(http, http.RequestServices.GetRequiredService<DbContext>(), request, next));
    }

    private static string? Caller(HttpContext http)
    {
        if (http.User.FindFirst("sub")?.Value is { } user)
            return user;
        return Guid.TryParse(http.Request.Headers["X-Cart-Id"], out var cart) ? $"guest:{cart}" : null;
    }

    private static async Task<byte[]> HashBodyAsync(HttpContext http)
    {
        http.Request.EnableBuffering();
        var hash = await SHA256.HashDataAsync(http.Request.Body, http.RequestAborted);
        http.Request.Body.Position = 0;
        return hash;
    }
}

/// <summary>A request that bears a key.</summary>
internal sealed record KeyedRequest(string Scope, string Key, byte[] BodyHash, DateTimeOffset Now)
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    public static Problem Reused { get; } = Problem.Of(ProblemType.KeyReused, "Use a new key for a new request, or repeat the first one byte for byte.");

    public static Problem InFlight { get; } = Problem.Of(ProblemType.RequestInFlight, "Ask again in a moment: the answer of the first request will be repeated.", TimeSpan.FromSeconds(1));

    /// <summary>The number that an advisory lock on this key goes by.</summary>
    public long LockId { get; } = BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{Scope}\n{Key}")));

    public bool HasBody(byte[] hash) => BodyHash.AsSpan().SequenceEqual(hash);
}
