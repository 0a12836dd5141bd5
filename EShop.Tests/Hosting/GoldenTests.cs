using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using EShop.Local.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>An app model that uses every part of the hosting API that we have, and what Aspire itself makes of it: environments when it runs, a manifest when it is published.</summary>
public sealed partial class GoldenTests
{
    // Aspire's own instrumentation of language models: nothing of ours speaks to one.
    private const string NotOurs = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

    private static readonly string[] Settings =
    [
        "--Parameters:stripe-key=sk_test_golden", "--Parameters:shop-region=eu-south", "--Parameters:pg-password=p@ss word/1", "--Parameters:redis-password=redisPass1",
        "--ConnectionStrings:smtp=smtp://localhost:1025", "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://localhost:4317", "--AppHost:OtlpApiKey=key", "--environment=Development",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names() => [.. Read("environment.json").Select(one => one.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_resource_runs_with_the_endpoints_arguments_and_environment_that_Aspire_gives_it(string name)
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(Settings, Ct);
        await using var app = await builder.BuildAsync(Ct);
        var context = app.Services.GetRequiredService<DistributedApplicationExecutionContext>();
        var resource = builder.Resources.Single(one => one.Name == name);
        var endpoints = Endpoints(resource);
        Allocate(builder.Resources);

        var described = new JsonObject { ["resource"] = resource.GetType().Name };
        if (resource is IResourceWithConnectionString connection and not ContainerResource)
            described["connectionString"] = await connection.GetConnectionStringAsync(Ct);
        if (endpoints.Count > 0)
            described["endpoints"] = endpoints;
        if (ResourceProcess.Has(resource))
        {
            var (environment, arguments) = await ResourceProcess.FillAsync(resource, context, Ct);
            described["args"] = string.Join(' ', arguments);
            if (environment.Count > 0)
                described["env"] = new JsonObject(environment.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => KeyValuePair.Create(one.Key, (JsonNode?)Placeholder(one.Key, one.Value, name))));
        }

        var expected = Read("environment.json")[name]!.AsObject();
        (expected["env"] as JsonObject)?.Remove(NotOurs);
        Assert.Equal(Text(expected), Text(described));
    }

    [Fact]
    public async Task The_manifest_is_the_one_that_Aspire_writes()
    {
        var folder = Directory.CreateTempSubdirectory("eshop-manifest-");
        try
        {
            // Where Aspire wrote it: beside the projects' folders.
            var golden = Path.GetDirectoryName(Projects.AppHost.ProjectPath)!;
            var written = await PublishAsync(folder.FullName);
            var ours = RelativePath().Replace(written, path => $"\"{Path.GetRelativePath(golden, Path.GetFullPath(path.Groups[1].Value, folder.FullName)).Replace('\\', '/')}\"");

            // The last digits of this name are a number of Aspire's own making; nothing reads them.
            var theirs = AspiresNumber().Replace(Text(Read("manifest.json")), "$1");
            Assert.Equal(theirs, Text(JsonNode.Parse(ours)!.AsObject()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Both_command_lines_give_the_same_manifest_and_one_without_a_place_for_it_says_so()
    {
        var folder = Directory.CreateTempSubdirectory("eshop-manifest-");
        try
        {
            Assert.Equal(await PublishAsync(folder.FullName), await PublishAsync(folder.FullName, "--operation", "publish", "--step", "publish-manifest"));
            var (code, said) = await RunAsync("--publisher", "manifest");
            Assert.Equal((1, "Where to? Say it with --output-path FILE.json"), (code, said.Trim()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> PublishAsync(string folder, params string[] how)
    {
        var (code, said) = await RunAsync([.. how.Length == 0 ? ["--publisher", "manifest"] : how, "--output-path", folder]);
        Assert.True(code == 0, said);
        return await File.ReadAllTextAsync(Path.Combine(folder, "aspire-manifest.json"), Ct);
    }

    private static async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        using var host = Process.Start(BuiltHost.Start(Projects.AppHost.ProjectPath, arguments))!;
        var output = host.StandardOutput.ReadToEndAsync(Ct);
        var errors = await host.StandardError.ReadToEndAsync(Ct);
        await host.WaitForExitAsync(Ct);
        return (host.ExitCode, host.ExitCode == 0 ? await output : errors);
    }

    private static JsonObject Endpoints(IResource resource) => new(resource.Annotations.OfType<EndpointAnnotation>().Select(one => KeyValuePair.Create(one.Name, (JsonNode?)new JsonObject
    {
        ["scheme"] = one.UriScheme,
        ["transport"] = one.Transport,
        ["port"] = one.Port?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["targetPort"] = one.TargetPort?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["targetHost"] = one.TargetHost,
        ["external"] = one.IsExternal,
        ["proxied"] = one.IsProxied,
    })));

    // As the golden file was made: ports count up from 40000 where the model names none, and a process listens on one of its own.
    private static void Allocate(IEnumerable<IResource> resources)
    {
        var (next, own) = (40_000, 50_000);
        foreach (var endpoint in resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>()))
        {
            endpoint.AllocatedEndpoint = new(endpoint, "localhost", endpoint.Port ?? next++);
            endpoint.TargetPort ??= own++;
        }
    }

    private static string Placeholder(string name, string value, string resource) => name switch
    {
        "OTEL_EXPORTER_OTLP_HEADERS" => value.Replace("=key", "={otlp-api-key}", StringComparison.Ordinal),
        "OTEL_RESOURCE_ATTRIBUTES" => "service.instance.id={instance-id}",
        "OTEL_SERVICE_NAME" when value == resource => "{resource-name}",
        "ASPNETCORE_URLS" or "PORT" => OwnPort().Replace(value, $"{{target-port:{resource}}}"),
        _ => value,
    };

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Hosting", "Golden", file)))!.AsObject();

    private static string Text(JsonObject node) => node.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    [GeneratedRegex(@"\b5000\d\b")]
    private static partial Regex OwnPort();

    [GeneratedRegex("(?<=\"(?:path|workingDirectory)\": )\"([^\"]+)\"")]
    private static partial Regex RelativePath();

    [GeneratedRegex("(cond-redis-bindings-tcp-tlsenabled)-d148d83a")]
    private static partial Regex AspiresNumber();
}
