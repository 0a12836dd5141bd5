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

    private static IResourceBuilder<ProjectResource> Add(
        this IDistributedApplicationBuilder builder, string name, IProjectMetadata project, ProjectResourceOptions options)
    {
        var resource = builder.AddResource(new ProjectResource(name)).WithAnnotation(project);
        var launch = LaunchProfiles.Find(project.ProjectPath, options);
        foreach (var url in launch?.Profile.ApplicationUrl?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var address = new Uri(url);
            var same = resource.Resource.GetEndpoints().Count(e => e.Scheme == address.Scheme);
            resource.WithEndpoint(port: address.Port, scheme: address.Scheme, name: same == 0 ? address.Scheme : $"{address.Scheme}{same + 1}");
        }

        return resource.WithEnvironment(context => Describe(context, launch, builder));
    }

    // What Aspire sets for every project. Telemetry is sent only where somebody listens: a service that exports to nobody retries for ever.
    private static void Describe(EnvironmentCallbackContext context, (string Name, LaunchProfile Profile)? launch, IDistributedApplicationBuilder builder)
    {
        var variables = context.EnvironmentVariables;
        var urls = ((IResourceWithEndpoints)context.Resource).GetEndpoints().Where(e => e.IsHttp || e.IsHttps)
            .Select(e => $"{e.Scheme}://{e.EndpointAnnotation.TargetHost}:{e.TargetPort}");
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

    private sealed record ProjectFile(string ProjectPath) : IProjectMetadata;
}
