using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EShop.Local.Hosting;

/// <summary>
/// What the dashboard asks the host, on a port of this machine and with a key: states of resources and lines of consoles as streams of JSON, a line each,
/// and commands.
/// </summary>
internal sealed class ResourceService(ResourceView view, string key) : IHostedService, IAsyncDisposable
{
    public const string KeyHeader = "x-resource-service-api-key";

    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    private WebApplication? _server;

    /// <summary>Where it listens; known once the host has started.</summary>
    public string Address => _server!.Urls.Single();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Use((http, next) =>
        {
            if (IsKey(http.Request.Headers[KeyHeader]))
                return next(http);
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        _server.MapGet("/resources", (HttpContext http) => StreamAsync(http, view.WatchAsync(Ending(http))));
        _server.MapGet("/resources/{name}/console", (HttpContext http, string name) => StreamAsync(http, view.ConsoleAsync(name, Ending(http))));
        _server.MapPost("/resources/{name}/commands/{command}", async (string name, string command, CancellationToken stop) =>
            Results.Json(await view.RunAsync(name, command, stop), JsonSerializerOptions.Web));
        await _server.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private bool IsKey(string? given) => given is not null && CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    // A stream has no end of its own: it ends with its reader or with the host.
    private CancellationToken Ending(HttpContext http)
    {
        var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _server!.Lifetime.ApplicationStopping);
        http.Response.RegisterForDispose(either);
        return either.Token;
    }

    private static async Task StreamAsync<T>(HttpContext http, IAsyncEnumerable<T> all)
    {
        http.Response.ContentType = "application/x-ndjson";
        try
        {
            // At once, so that the reader knows that he is heard.
            await http.Response.StartAsync(http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await foreach (var one in all)
            {
                await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(one, JsonSerializerOptions.Web));
                await http.Response.Body.WriteAsync(LineEnd);
                await http.Response.Body.FlushAsync();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The reader is gone, or the host is going.
            return;
        }
    }
}
