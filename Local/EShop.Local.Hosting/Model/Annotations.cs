namespace Aspire.Hosting.ApplicationModel;

/// <summary>Sets environment variables just before the process starts, after its waits.</summary>
/// <param name="callback">Sets them.</param>
public class EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Sets environment variables without waiting for anything.</summary>
    /// <param name="callback">Sets them.</param>
    public EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback) : this(context =>
    {
        callback(context);
        return Task.CompletedTask;
    })
    {
    }

    /// <summary>Sets them.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>The environment of a process that is about to start.</summary>
/// <param name="executionContext">Run or publish.</param>
/// <param name="resource">Whose environment.</param>
/// <param name="environmentVariables">What was set so far.</param>
/// <param name="cancellationToken">Fires when the application stops.</param>
public class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext, IResource resource, Dictionary<string, object>? environmentVariables = null,
    CancellationToken cancellationToken = default)
{
    /// <summary>Run or publish.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>Whose environment.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Texts and <see cref="IValueProvider"/>s by name.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables ?? [];

    /// <summary>Fires when the application stops.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Adds command-line arguments just before the process starts, after its waits.</summary>
/// <param name="callback">Adds them.</param>
public class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Adds arguments without waiting for anything.</summary>
    /// <param name="callback">Adds them.</param>
    public CommandLineArgsCallbackAnnotation(Action<IList<object>> callback) : this(context =>
    {
        callback(context.Args);
        return Task.CompletedTask;
    })
    {
    }

    /// <summary>Adds them.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>The arguments of a process that is about to start.</summary>
/// <param name="args">What was added so far: texts and <see cref="IValueProvider"/>s.</param>
/// <param name="resource">Whose arguments.</param>
/// <param name="cancellationToken">Fires when the application stops.</param>
public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
{
    /// <summary>What was added so far: texts and <see cref="IValueProvider"/>s.</summary>
    public IList<object> Args { get; } = args;

    /// <summary>Whose arguments.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Fires when the application stops.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Ties a registered health check to a resource.</summary>
/// <param name="key">The check's name.</param>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The check's name.</summary>
    public string Key { get; } = key;
}

/// <summary>What a wait is for.</summary>
public enum WaitType
{
    /// <summary>Running, its checks passed, what happens on readiness done.</summary>
    WaitUntilHealthy,

    /// <summary>Ended with the expected exit code.</summary>
    WaitForCompletion,

    /// <summary>Running.</summary>
    WaitUntilStarted,
}

/// <summary>What to do when the awaited resource has failed.</summary>
public enum WaitBehavior
{
    /// <summary>Go on waiting: somebody may start it again.</summary>
    WaitOnResourceUnavailable,

    /// <summary>Fail too.</summary>
    StopOnResourceUnavailable,
}

/// <summary>Makes a resource wait for another one before it starts.</summary>
/// <param name="resource">What it waits for.</param>
/// <param name="waitType">Until when.</param>
/// <param name="exitCode">The exit code that counts as success where it waits for the end.</param>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>What it waits for.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Until when.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>The exit code that counts as success where it waits for the end.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What to do when the awaited resource has failed; null for the host's default.</summary>
    public WaitBehavior? WaitBehavior { get; init; }
}

/// <summary>Says that two resources have to do with each other.</summary>
/// <param name="resource">The other one.</param>
/// <param name="type">How, for example <c>Reference</c>.</param>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other one.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>How, for example <c>Reference</c>.</summary>
    public string Type { get; } = type;
}

/// <summary>Keeps a resource from starting with the application.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>Gives a container's data a place that outlives it.</summary>
/// <param name="source">The volume's name or the folder.</param>
/// <param name="target">Where the container sees it.</param>
/// <param name="type">Volume or folder.</param>
/// <param name="isReadOnly">Whether it may only be read.</param>
public sealed class ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly) : IResourceAnnotation
{
    /// <summary>The volume's name or the folder.</summary>
    public string? Source { get; } = source;

    /// <summary>Where the container sees it.</summary>
    public string Target { get; } = target;

    /// <summary>Volume or folder.</summary>
    public ContainerMountType Type { get; } = type;

    /// <summary>Whether it may only be read.</summary>
    public bool IsReadOnly { get; } = isReadOnly;
}

/// <summary>What a mount is.</summary>
public enum ContainerMountType
{
    /// <summary>A folder of this machine.</summary>
    BindMount,

    /// <summary>A named volume.</summary>
    Volume,
}

/// <summary>What a resource is as a container; the local host reads it for the manifest alone.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    /// <summary>Where the image comes from.</summary>
    public string? Registry { get; set; }

    /// <summary>The image's name.</summary>
    public required string Image { get; set; }

    /// <summary>Its version.</summary>
    public string? Tag { get; set; }
}

/// <summary>Of how many processes a project is.</summary>
/// <param name="replicas">One or more.</param>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    /// <summary>One or more.</summary>
    public int Replicas { get; } = replicas;
}

/// <summary>Of what an image is built.</summary>
/// <param name="contextPath">What the build sees.</param>
/// <param name="dockerfilePath">How it is built.</param>
/// <param name="stage">Which stage of it; null for the last.</param>
public class DockerfileBuildAnnotation(string contextPath, string dockerfilePath, string? stage) : IResourceAnnotation
{
    /// <summary>What the build sees.</summary>
    public string ContextPath { get; } = contextPath;

    /// <summary>How it is built.</summary>
    public string DockerfilePath { get; } = dockerfilePath;

    /// <summary>Which stage of it; null for the last.</summary>
    public string? Stage { get; } = stage;
}

/// <summary>Has a project say itself whose <c>X-Forwarded-For</c> it believes.</summary>
public sealed class DisableForwardedHeadersAnnotation : IResourceAnnotation;
