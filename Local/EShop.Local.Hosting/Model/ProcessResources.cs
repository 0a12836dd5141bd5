namespace Aspire.Hosting.ApplicationModel;

/// <summary>A .NET project of this repository; its built assembly is what runs.</summary>
/// <param name="name">Unique in the model.</param>
public class ProjectResource(string name) : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport;

/// <summary>Any program.</summary>
/// <param name="name">Unique in the model.</param>
/// <param name="command">A path, or a name to be found on PATH.</param>
/// <param name="workingDirectory">Where it runs.</param>
public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>A path, or a name to be found on PATH.</summary>
    public string Command { get; } = command;

    /// <summary>Where it runs.</summary>
    public string WorkingDirectory { get; } = workingDirectory;
}

/// <summary>What Aspire runs as a container; the local host runs those of which it knows a local form.</summary>
/// <param name="name">Unique in the model.</param>
/// <param name="entrypoint">The program in the container, where it is not the image's own.</param>
public class ContainerResource(string name, string? entrypoint = null)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>The program in the container, where it is not the image's own.</summary>
    public string? Entrypoint { get; set; } = entrypoint;
}
