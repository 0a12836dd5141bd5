using System.Net.Http.Headers;
using System.Text.Json;

namespace EShop.Local.Dashboard.Resources;

/// <summary>
/// Asks the host of the application: <c>ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL</c> says where, <c>Dashboard:ResourceServiceClient:ApiKey</c> is what it
/// wants to see. Streams are JSON, a line each.
/// </summary>
internal sealed class HostLink : IDisposable
{
    private const string KeyHeader = "x-resource-service-api-key";

    private readonly HttpClient? _http;

    public HostLink(IConfiguration configuration)
    {
        if (configuration["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] is not { Length: > 0 } address)
            return;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address), Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Add(KeyHeader, configuration["Dashboard:ResourceServiceClient:ApiKey"]);
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-ndjson"));
    }

    /// <summary>Whether there is a host to ask.</summary>
    public bool Exists => _http is not null;

    public IAsyncEnumerable<ResourceState> WatchAsync(CancellationToken cancellationToken) => StreamAsync<ResourceState>("resources", cancellationToken);

    /// <summary>What a resource wrote last, then each line as it comes.</summary>
    public IAsyncEnumerable<ConsoleLine> ConsoleAsync(string resource, CancellationToken cancellationToken) =>
        StreamAsync<ConsoleLine>($"resources/{Uri.EscapeDataString(resource)}/console", cancellationToken);

    public async Task<CommandOutcome> RunAsync(string resource, string command, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http!.PostAsync(
                new Uri($"resources/{Uri.EscapeDataString(resource)}/commands/{Uri.EscapeDataString(command)}", UriKind.Relative), null, cancellationToken);
            return answer.IsSuccessStatusCode
                ? (await answer.Content.ReadFromJsonAsync<CommandOutcome>(cancellationToken))!
                : new(false, $"The host answered {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException e)
        {
            return new(false, $"The host does not answer: {e.Message}");
        }
    }

    public void Dispose() => _http?.Dispose();

    private async IAsyncEnumerable<T> StreamAsync<T>(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = await _http!.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var one in JsonSerializer.DeserializeAsyncEnumerable<T>(body, topLevelValues: true, JsonSerializerOptions.Web, cancellationToken))
        {
            if (one is not null)
                yield return one;
        }
    }
}
