using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EShop.Tests.Dashboard;

/// <summary>Tells the dashboard what the host would tell, and notes what it is asked to do.</summary>
internal sealed class FakeHost : IAsyncDisposable
{
    public const string Key = "the-key-of-the-resource-service";

    private readonly Channel<object> _states = Channel.CreateUnbounded<object>();
    private readonly Lock _gate = new();
    private readonly List<string> _written = [];
    private readonly List<Channel<string>> _readers = [];
    private readonly WebApplication _server;

    private FakeHost(WebApplication server) => _server = server;

    public string Address => _server.Urls.Single();

    /// <summary>The commands that were run: resource and name.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    public static async Task<FakeHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var host = new FakeHost(builder.Build());
        var app = host._server;
        app.Use((http, next) => http.Request.Headers["x-resource-service-api-key"] == Key ? next(http) : Refuse(http));
        app.MapGet("/resources", (HttpContext http) => Stream(http, host._states.Reader));
        app.MapGet("/resources/{name}/console", (HttpContext http, string name) => Stream(http, host.Console(), line => new { text = line }));
        app.MapPost("/resources/{name}/commands/{command}", (string name, string command) =>
        {
            host.Commands.Enqueue($"{command} {name}");
            return Results.Json(new { succeeded = command != "fail", message = command == "fail" ? "It would not" : null });
        });
        await app.StartAsync();
        return host;
    }

    public void Tell(string name, string state, string type = "Project", string? health = null, string? parent = null, object? more = null) => _states.Writer.TryWrite(new
    {
        name,
        type,
        state,
        health,
        parent,
        pid = state == "Running" ? 4711 : (int?)null,
        isProcess = type is not ("PostgresDatabase" or "Parameter"),
        startedAt = DateTimeOffset.UtcNow,
        urls = type == "Project" ? new[] { new { name = "http", url = "http://localhost:5102" } } : [],
        healthReports = health is null ? [] : new[] { new { name = $"{name}_check", status = health, description = health == "Healthy" ? null : "answers 503, not 200" } },
        environment = type == "Project" ? new[] { new { name = "ASPNETCORE_URLS", value = "http://localhost:5102", isSecret = false }, new { name = "CARTDB_PASSWORD", value = "the-database-password", isSecret = true } } : [],
        relations = type == "Project" ? new[] { new { resource = "redis", type = "Reference" }, new { resource = "redis", type = "WaitFor" } } : [],
        commands = type == "Project" ? new[] { new { name = "stop", displayName = "Stop", isEnabled = state == "Running", confirmation = (string?)$"Stop {name}?" }, new { name = "restart", displayName = "Restart", isEnabled = true, confirmation = (string?)null } } : [],
        more,
    });

    public void Write(string line)
    {
        lock (_gate)
        {
            _written.Add(line);
            _readers.ForEach(reader => reader.Writer.TryWrite(line));
        }
    }

    public ValueTask DisposeAsync()
    {
        _states.Writer.Complete();
        _readers.ForEach(reader => reader.Writer.Complete());
        return _server.DisposeAsync();
    }

    // Each reader hears all: what was written before, too.
    private ChannelReader<string> Console()
    {
        var reader = Channel.CreateUnbounded<string>();
        lock (_gate)
        {
            _written.ForEach(line => reader.Writer.TryWrite(line));
            _readers.Add(reader);
        }

        return reader.Reader;
    }

    private static Task Refuse(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private static async Task Stream<T>(HttpContext http, ChannelReader<T> all, Func<T, object?>? shape = null)
    {
        await http.Response.StartAsync();
        await foreach (var one in all.ReadAllAsync(http.RequestAborted))
        {
            await JsonSerializer.SerializeAsync(http.Response.Body, shape is null ? one : shape(one));
            await http.Response.WriteAsync("\n");
            await http.Response.Body.FlushAsync();
        }
    }
}
