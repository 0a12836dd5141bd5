namespace Aspire.Hosting.ApplicationModel;

/// <summary>A URL shown for a resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The URL.</summary>
    public required string Url { get; set; }

    /// <summary>What is shown in its place.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint that it stands for, if any.</summary>
    public EndpointReference? Endpoint { get; init; }
}

/// <summary>Changes the URLs shown for a resource, once its ports are known.</summary>
/// <param name="callback">Changes them.</param>
public sealed class ResourceUrlsCallbackAnnotation(Func<ResourceUrlsCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Changes them.</summary>
    public Func<ResourceUrlsCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>The URLs shown for a resource.</summary>
/// <param name="executionContext">Run or publish.</param>
/// <param name="resource">Whose URLs.</param>
/// <param name="urls">What is shown so far.</param>
/// <param name="cancellationToken">Fires when the application stops.</param>
public class ResourceUrlsCallbackContext(
    DistributedApplicationExecutionContext executionContext, IResource resource, List<ResourceUrlAnnotation>? urls = null, CancellationToken cancellationToken = default)
{
    /// <summary>Run or publish.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>Whose URLs.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What is shown.</summary>
    public List<ResourceUrlAnnotation> Urls { get; } = urls ?? [];

    /// <summary>Fires when the application stops.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}
