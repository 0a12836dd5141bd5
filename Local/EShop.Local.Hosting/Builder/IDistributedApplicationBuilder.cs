using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Collects an app model.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Settings: appsettings.json, environment, command line.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>The folder of the app model's project.</summary>
    string AppHostDirectory { get; }

    /// <summary>The app model's assembly.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>Development or not.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>The host's own services, health checks among them.</summary>
    IServiceCollection Services { get; }

    /// <summary>Who listens for what.</summary>
    IDistributedApplicationEventing Eventing { get; }

    /// <summary>Run or publish.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>What was added so far.</summary>
    IResourceCollection Resources { get; }

    /// <summary>Adds a resource; throws <see cref="DistributedApplicationException"/> if its name is bad or taken.</summary>
    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    /// <summary>A builder for a resource, added or not.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;

    /// <summary>The application, ready to run.</summary>
    DistributedApplication Build();
}
