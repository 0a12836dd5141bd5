using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using EShop.Local.Hosting;
using EShop.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>The dashboard as the host starts it, beside a small model of one process.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private const string Script = "echo a-first-word; read forever < /dev/zero";

    private readonly string _data = Path.Combine(Path.GetTempPath(), $"eshop-test-{Guid.NewGuid():N}");
    private DistributedApplication _application = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = Builder(disableDashboard: false);
        var word = builder.AddParameter("word", "a-hidden-word", secret: true);
        builder.AddExecutable("talker", "sh", "/", "-c", Script).WithEnvironment("SPOKEN", word).WithEnvironment("PLAIN", "for-everybody");
        _application = builder.Build();
        await _application.StartAsync();
        await _application.ResourceNotifications.WaitForResourceHealthyAsync(LocalDashboard.Name);
    }

    [Fact]
    public async Task It_runs_beside_the_model_opens_by_the_link_and_knows_what_runs()
    {
        var link = new Uri(_application.Services.GetRequiredService<DashboardLink>().Url());
        using var client = new HttpClient { BaseAddress = link, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", link.Query[3..]) } };
        var rows = await Eventually.Get(() => client.GetFromJsonAsync<JsonElement>("/api/resources"), all => all.GetArrayLength() == 2);
        Assert.Equal(["dashboard", "talker"], rows.EnumerateArray().Select(row => row.GetProperty("name").GetString()));
        Assert.All(rows.EnumerateArray(), row => Assert.True(Directory.Exists($"/proc/{row.GetProperty("pid").GetInt32()}")));

        // Beyond what the page shows at once, the value is not even sent.
        var page = await Eventually.Get(() => client.GetStringAsync(new Uri("/resources/talker", UriKind.Relative)), text => text.Contains("SPOKEN", StringComparison.Ordinal));
        Assert.Contains("for-everybody", page, StringComparison.Ordinal);
        Assert.DoesNotContain("a-hidden-word", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_answers_who_has_the_key_and_tells_what_a_resource_writes()
    {
        var service = _application.Services.GetRequiredService<ResourceService>();
        using var client = new HttpClient { BaseAddress = new Uri(service.Address) };
        foreach (var key in new[] { null, "wrong" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/resources");
            request.Headers.TryAddWithoutValidation(ResourceService.KeyHeader, key);
            using var refused = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        var view = _application.Services.GetRequiredService<ResourceView>();
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        await using var lines = view.ConsoleAsync("talker", deadline.Token).GetAsyncEnumerator(deadline.Token);
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("a-first-word", lines.Current.Text);
    }

    [Fact]
    public async Task A_service_sends_its_telemetry_there_and_brings_the_key()
    {
        var settings = _application.Services.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>();
        var variables = new Dictionary<string, object>();
        EShop.Local.Hosting.Telemetry.Describe(variables, "cart", settings, development: false);
        Assert.Equal("grpc", variables["OTEL_EXPORTER_OTLP_PROTOCOL"]);

        // What an exporter without the key hears, and one with it.
        Assert.Equal("16", await Export(variables, key: null));
        Assert.Equal("0", await Export(variables, ((string)variables["OTEL_EXPORTER_OTLP_HEADERS"]).Split('=')[1]));
    }

    [Fact]
    public void Whoever_wants_none_has_none_and_a_receiver_of_ones_own_is_left_alone()
    {
        using var without = Builder(disableDashboard: true).Build();
        Assert.DoesNotContain(without.Services.GetRequiredService<DistributedApplicationModel>().Resources, one => one.Name == LocalDashboard.Name);

        var builder = Builder(disableDashboard: false, "--ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL=http://elsewhere:4318");
        using var with = builder.Build();
        Assert.Null(builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]);
        Assert.Null(builder.Configuration["AppHost:OtlpApiKey"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        if (Directory.Exists(_data))
            Directory.Delete(_data, recursive: true);
    }

    private DistributedApplicationBuilder Builder(bool disableDashboard, params string[] args) => new(new DistributedApplicationOptions
    {
        AssemblyName = typeof(Projects.EShop_AppHost).Assembly.GetName().Name,
        Args = ["--Local:RandomizePorts=true", $"--Local:DataFolder={_data}", .. args],
        DisableDashboard = disableDashboard,
    });

    private static async Task<string> Export(Dictionary<string, object> variables, string? key)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{variables["OTEL_EXPORTER_OTLP_ENDPOINT"]}/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new("application/grpc") } },
        };
        if (key is not null)
            request.Headers.Add("x-otlp-api-key", key);
        using var answer = await client.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        return answer.TrailingHeaders.Concat(answer.Headers).First(header => header.Key == "grpc-status").Value.Single();
    }
}
