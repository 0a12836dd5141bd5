using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

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

/// <summary>The application starts, and with it this resource; nothing has been told of it yet.</summary>
/// <param name="resource">The resource.</param>
/// <param name="distributedApplicationEventing">Where to tell of more.</param>
/// <param name="resourceLoggerService">Where its log is.</param>
/// <param name="resourceNotificationService">Where its state is changed.</param>
/// <param name="services">The host's services.</param>
public class InitializeResourceEvent(
    IResource resource, IDistributedApplicationEventing distributedApplicationEventing, ResourceLoggerService resourceLoggerService,
    ResourceNotificationService resourceNotificationService, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>Where to tell of more.</summary>
    public IDistributedApplicationEventing Eventing { get; } = distributedApplicationEventing;

    /// <summary>The resource's log.</summary>
    public ILogger Logger { get; } = resourceLoggerService.GetLogger(resource);

    /// <summary>Where its state is changed.</summary>
    public ResourceNotificationService Notifications { get; } = resourceNotificationService;

    /// <summary>The host's services.</summary>
    public IServiceProvider Services { get; } = services;
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
