using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Where a project is; the build writes one class a referenced project, in the namespace <c>Projects</c>.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>Full path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>Whether the build of the app model builds it too, as it does for referenced projects.</summary>
    bool SuppressBuild => false;
}

/// <summary>A service that others find by its name.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

/// <summary><c>Properties/launchSettings.json</c> of a project.</summary>
public sealed class LaunchSettings
{
    /// <summary>The profiles by name, in the file's order.</summary>
    public Dictionary<string, LaunchProfile> Profiles { get; set; } = [];
}

/// <summary>A way to start a project.</summary>
public sealed class LaunchProfile
{
    /// <summary><c>Project</c> for those that we can use.</summary>
    public string? CommandName { get; set; }

    /// <summary>Arguments.</summary>
    public string? CommandLineArgs { get; set; }

    /// <summary>Addresses to listen on, separated by semicolons.</summary>
    public string? ApplicationUrl { get; set; }

    /// <summary>Variables, where the app model does not set them.</summary>
    public Dictionary<string, string> EnvironmentVariables { get; set; } = [];
}

/// <summary>How to add a project.</summary>
public class ProjectResourceOptions
{
    /// <summary>The profile; null for the first.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Whether to do without any.</summary>
    public bool ExcludeLaunchProfile { get; set; }
}
