using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>Describes an app model for a deployment: the manifest that Aspire writes, and that <c>azd</c> reads.</summary>
/// <param name="model">The model, built in publish mode.</param>
/// <param name="context">Publish.</param>
/// <param name="folder">Where the manifest will be: paths in it are relative to this.</param>
internal sealed class ManifestWriter(DistributedApplicationModel model, DistributedApplicationExecutionContext context, string folder)
{
    // Executables have no port of their own in a manifest, and the platform must be told one.
    private const int FirstExecutablePort = 8000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ImplicitResources _implicit = new(model);
    private int _ports = FirstExecutablePort;

    public async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        var resources = new JsonObject();
        foreach (var resource in model.Resources)
        {
            if (await DescribeAsync(resource, cancellationToken) is { } described)
                resources[resource.Name] = described;
        }

        foreach (var (name, described) in _implicit.Describe())
            resources[name] = described;
        return new JsonObject { ["resources"] = resources }.ToJsonString(Indented);
    }

    private async Task<JsonObject?> DescribeAsync(IResource resource, CancellationToken cancellationToken) => resource switch
    {
        ParameterResource parameter => ImplicitResources.Parameter(parameter),
        ProjectResource project => await WithProcessAsync(
            new() { ["type"] = "project.v0", ["path"] = Relative(project.Annotations.OfType<IProjectMetadata>().Single().ProjectPath) }, project, cancellationToken),
        ExecutableResource executable => await WithProcessAsync(
            new() { ["type"] = "executable.v0", ["workingDirectory"] = Relative(executable.WorkingDirectory), ["command"] = executable.Command }, executable, cancellationToken),
        ContainerResource container => await WithProcessAsync(Container(container), container, cancellationToken),
        IResourceWithConnectionString value => new() { ["type"] = "value.v0", ["connectionString"] = Seen(value.ConnectionStringExpression) },
        _ => null,
    };

    private JsonObject Container(ContainerResource container)
    {
        container.TryGetLastAnnotation<DockerfileBuildAnnotation>(out var build);
        var described = new JsonObject { ["type"] = build is null ? "container.v0" : "container.v1" };
        if (container is IResourceWithConnectionString connection)
            described["connectionString"] = Seen(connection.ConnectionStringExpression);
        if (build is not null)
            described["build"] = Build(build);
        else if (container.TryGetLastAnnotation<ContainerImageAnnotation>(out var image))
            described["image"] = $"{image.Registry}/{image.Image}:{image.Tag}";
        if (container.Entrypoint is not null)
            described["entrypoint"] = container.Entrypoint;
        return described;
    }

    private JsonObject Build(DockerfileBuildAnnotation build)
    {
        var described = new JsonObject { ["context"] = Relative(build.ContextPath), ["dockerfile"] = Relative(build.DockerfilePath) };
        if (build.Stage is not null)
            described["stage"] = build.Stage;
        return described;
    }

    private async Task<JsonObject> WithProcessAsync(JsonObject described, IResource resource, CancellationToken cancellationToken)
    {
        var (environment, arguments) = await ResourceProcess.GatherAsync(resource, context, cancellationToken);
        if (arguments.Count > 0)
            described["args"] = new JsonArray([.. arguments.Select(argument => JsonValue.Create(Seen(argument)))]);
        if (resource.TryGetAnnotationsOfType<ContainerMountAnnotation>(out var mounts))
            described["volumes"] = new JsonArray([.. mounts.Select(mount => new JsonObject { ["name"] = mount.Source, ["target"] = mount.Target, ["readOnly"] = mount.IsReadOnly })]);
        if (environment.Count > 0)
            described["env"] = new JsonObject(environment.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)JsonValue.Create(Seen(one.Value)))));
        if (resource.TryGetAnnotationsOfType<EndpointAnnotation>(out var endpoints))
            described["bindings"] = new JsonObject(endpoints.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)Binding(resource, one))));
        return described;
    }

    private JsonObject Binding(IResource resource, EndpointAnnotation endpoint)
    {
        var described = new JsonObject
        {
            ["scheme"] = endpoint.UriScheme,
            ["protocol"] = endpoint.Protocol.ToString().ToLowerInvariant(),
            ["transport"] = endpoint.Transport,
        };
        var target = endpoint.TargetPort ?? (resource is ProjectResource ? null : _ports++);
        if (endpoint.Port is { } port && port != target)
            described["port"] = port;
        if (target is not null)
            described["targetPort"] = target;
        if (endpoint.IsExternal)
            described["external"] = true;
        return described;
    }

    // As the manifest writes it; what it is made of is described too, if the model does not name it.
    private string Seen(object value)
    {
        _implicit.Add(value);
        return value is IManifestExpressionProvider expression ? expression.ValueExpression : value.ToString() ?? "";
    }

    private string Relative(string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}
