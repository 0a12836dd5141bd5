using Aspire.Hosting.ApplicationModel;
using EShop.Local.Hosting;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a referenced project under its first launch profile: its addresses become endpoints, its variables are set.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => builder.Add(name, new TProject(), new());

    /// <summary>Adds a referenced project under a launch profile; null for none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() =>
        builder.Add(name, new TProject(), new() { LaunchProfileName = launchProfileName, ExcludeLaunchProfile = launchProfileName is null });

    /// <summary>Adds a project by the path of its file, relative to the app model's folder.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath) =>
        builder.AddProject(name, projectPath, _ => { });

    /// <summary>Adds a project by the path of its file, and says how.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, string name, string projectPath, Action<ProjectResourceOptions> configure)
    {
        var options = new ProjectResourceOptions();
        configure(options);
        return builder.Add(name, new ProjectFile(Path.GetFullPath(projectPath, builder.AppHostDirectory)), options);
    }

    /// <summary>Makes it several processes behind one address: connections go to those that are up, in turn.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>Keeps a deployment from telling the project to believe every <c>X-Forwarded-For</c>: it says itself whose.</summary>
    public static IResourceBuilder<ProjectResource> DisableForwardedHeaders(this IResourceBuilder<ProjectResource> builder) =>
        builder.WithAnnotation<DisableForwardedHeadersAnnotation>(ResourceAnnotationMutationBehavior.Replace);

    /// <summary>Describes the project for a deployment as a container that is built of a Dockerfile, by default the one in its folder; runs as ever here.</summary>
    public static IResourceBuilder<T> PublishAsDockerFile<T>(this IResourceBuilder<T> builder, Action<IResourceBuilder<ContainerResource>>? configure = null)
        where T : ProjectResource
    {
        var application = builder.ApplicationBuilder;
        if (!application.ExecutionContext.IsPublishMode)
            return builder;
        var container = application.CreateResourceBuilder<ContainerResource>(new ProjectContainer(builder.Resource))
            .WithDockerfile(Path.GetDirectoryName(builder.Resource.Annotations.OfType<IProjectMetadata>().Single().ProjectPath)!);
        configure?.Invoke(container);
        application.Resources[application.Resources.IndexOf(builder.Resource)] = container.Resource;
        return builder;
    }

    private static IResourceBuilder<ProjectResource> Add(
        this IDistributedApplicationBuilder builder, string name, IProjectMetadata project, ProjectResourceOptions options)
    {
        var resource = builder.AddResource(new ProjectResource(name)).WithAnnotation(project);
        var launch = LaunchProfiles.Find(project.ProjectPath, options);
        var publish = builder.ExecutionContext.IsPublishMode;
        foreach (var url in launch?.Profile.ApplicationUrl?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var address = new Uri(url);
            var same = resource.Resource.GetEndpoints().Count(e => e.Scheme == address.Scheme);
            resource.WithEndpoint(port: publish ? null : address.Port, scheme: address.Scheme, name: same == 0 ? address.Scheme : $"{address.Scheme}{same + 1}");
        }

        if (!publish)
            return resource.WithEnvironment(context => Describe(context, launch, builder));

        // Deployed, whoever listens at all has both; where TLS ends is the platform's to say, and the ports are, too.
        var explicitHttps = resource.GetEndpoint("https").Exists;
        if (resource.Resource.GetEndpoints().Any() && !explicitHttps)
            resource.WithEndpoint(scheme: "https");
        return resource.WithEnvironment(context => DescribeForManifest(context, explicitHttps));
    }

    // What Aspire sets for every project. Telemetry is sent only where somebody listens: a service that exports to nobody retries for ever.
    private static void Describe(EnvironmentCallbackContext context, (string Name, LaunchProfile Profile)? launch, IDistributedApplicationBuilder builder)
    {
        var variables = context.EnvironmentVariables;
        var urls = ((IResourceWithEndpoints)context.Resource).GetEndpoints().Where(e => e.IsHttp || e.IsHttps)
            .Select(e => $"{e.Scheme}://{e.EndpointAnnotation.TargetHost}:{e.TargetPort}").ToArray();
        if (urls.Length > 0)
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        variables["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true";
        variables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
        if (launch is var (name, profile))
        {
            variables["DOTNET_LAUNCH_PROFILE"] = name;
            foreach (var (key, value) in profile.EnvironmentVariables)
                variables.TryAdd(key, value);
        }

        Telemetry.Describe(variables, context.Resource.Name, builder.Configuration, builder.Environment.IsDevelopment());
    }

    private static void DescribeForManifest(EnvironmentCallbackContext context, bool explicitHttps)
    {
        var endpoints = ((IResourceWithEndpoints)context.Resource).GetEndpoints().ToArray();
        context.EnvironmentVariables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        if (endpoints.Length == 0)
            return;
        if (!context.Resource.HasAnnotationOfType<DisableForwardedHeadersAnnotation>())
            context.EnvironmentVariables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
        context.EnvironmentVariables["HTTP_PORTS"] = TargetPorts(e => e.IsHttp);
        if (explicitHttps)
            context.EnvironmentVariables["HTTPS_PORTS"] = TargetPorts(e => e.IsHttps);

        string TargetPorts(Func<EndpointReference, bool> which) => string.Join(';', endpoints.Where(which).Select(e => e.Property(EndpointProperty.TargetPort).ValueExpression));
    }

    // What is said of the project later is said of the container too.
    private sealed class ProjectContainer(ProjectResource project) : ContainerResource(project.Name)
    {
        public override ResourceAnnotationCollection Annotations => project.Annotations;
    }

    private sealed record ProjectFile(string ProjectPath) : IProjectMetadata;
}
