using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Listens for what happens to a resource.</summary>
public static class DistributedApplicationEventingExtensions
{
    /// <summary>When it is healthy for the first time since it started; whoever waits for it waits for the callback too.</summary>
    public static IResourceBuilder<T> OnResourceReady<T>(this IResourceBuilder<T> builder, Func<T, ResourceReadyEvent, CancellationToken, Task> callback)
        where T : IResource
    {
        builder.ApplicationBuilder.Eventing.Subscribe<ResourceReadyEvent>(builder.Resource, (@event, ct) => callback(builder.Resource, @event, ct));
        return builder;
    }
}
