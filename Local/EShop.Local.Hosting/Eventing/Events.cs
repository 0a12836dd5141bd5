using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Before anything starts; the last moment to change the model.</summary>
/// <param name="services">The host's services.</param>
/// <param name="model">The model.</param>
public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The model.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>After every resource was started once, or could not be.</summary>
/// <param name="services">The host's services.</param>
/// <param name="model">The model.</param>
public class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The model.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>The resource's ports are known.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The host's services.</param>
public class ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource's connection string is known.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The host's services.</param>
public class ConnectionStringAvailableEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource is about to start; its waits come after this.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The host's services.</param>
public class BeforeResourceStartedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource is healthy for the first time since it started.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The host's services.</param>
public class ResourceReadyEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The resource has ended and nothing starts it again, or it could not be started.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The host's services.</param>
/// <param name="resourceEvent">How it ended.</param>
public class ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>How it ended.</summary>
    public ResourceEvent ResourceEvent { get; } = resourceEvent;
}
