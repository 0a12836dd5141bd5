using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using EShop.Tests.Support;

namespace EShop.Tests.Dashboard;

/// <summary>The dashboard as a process of its own, as the host starts it.</summary>
public sealed partial class DashboardProcess : IAsyncDisposable
{
    public const string Token = "the-token-of-the-tests";
    public const string OtlpKey = "the-otlp-key-of-the-tests";

    private readonly LoneProject _project;

    private DashboardProcess(LoneProject project)
    {
        _project = project;
        Address = project.Client.BaseAddress!;
        Client = new HttpClient { BaseAddress = Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Token) } };
    }

    public Uri Address { get; }

    /// <summary>Where OTLP comes in by gRPC: the second address that it names.</summary>
    public Uri Grpc { get; private set; } = null!;

    /// <summary>A client that brings the token.</summary>
    public HttpClient Client { get; }

    public int Pid { get; private set; }

    public static async Task<DashboardProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://127.0.0.1:0",
            ["DASHBOARD__FRONTEND__BROWSERTOKEN"] = Token,
            ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = OtlpKey,
        };
        foreach (var (name, value) in settings)
            environment[name] = value;
        var dashboard = new DashboardProcess(await LoneProject.StartAsync("Local/EShop.Local.Dashboard", environment));
        dashboard.Grpc = await Eventually.Get(() => Task.FromResult(
            Addresses().Matches(dashboard._project.Output) is { Count: > 1 } found ? new Uri(found[1].Groups[1].Value) : null));
        dashboard.Pid = dashboard._project.Pid;
        return dashboard;
    }

    /// <summary>Telemetry by HTTP, as an exporter sends it.</summary>
    public async Task<HttpStatusCode> Send(string signal, byte[] body, string? key = OtlpKey, string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, $"v1/{signal}")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/x-protobuf");
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        if (key is not null)
            request.Headers.Add("x-otlp-api-key", key);
        using var anybody = new HttpClient();
        using var answer = await anybody.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>A page as it is rendered before it is alive.</summary>
    public Task<string> Page(string path) => Client.GetStringAsync(new Uri(path, UriKind.Relative));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _project.DisposeAsync();
    }

    [GeneratedRegex("Now listening on: (http\\S+)")]
    private static partial Regex Addresses();
}
