using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using EShop.Local.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <inheritdoc cref="IDistributedApplicationBuilder"/>
public partial class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly bool _isDashboardDisabled;

    /// <summary>A builder for a command line.</summary>
    public DistributedApplicationBuilder(string[] args) : this(new DistributedApplicationOptions { Args = args })
    {
    }

    /// <summary>A builder for options.</summary>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        _isDashboardDisabled = options.DisableDashboard;
        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly();
        AppHostDirectory = options.ProjectDirectory ?? Metadata("apphostprojectpath") ?? Directory.GetCurrentDirectory();
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = options.Args,
            ContentRootPath = AppHostDirectory,
            ApplicationName = AppHostAssembly?.GetName().Name,
        });
        Configuration.AddCommandLine(options.Args ?? [], ManifestRun.Switches);
        Configuration["AppHost:Directory"] = AppHostDirectory;
        Configuration[DataFolder.Setting] = DataFolder.Of(this).Root;

        // Of two copies of a project each has its own data here, and both are one application where they are deployed.
        var publish = ManifestRun.IsAskedFor(Configuration);
        var identity = publish ? Metadata("apphostprojectname") ?? "" : AppHostDirectory.ToLower(CultureInfo.InvariantCulture);
        Configuration["AppHost:Sha256"] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
        ExecutionContext = new(publish ? DistributedApplicationOperation.Publish : DistributedApplicationOperation.Run);

        // The log of the host itself is for what went wrong; progress is the console view's, a resource's words are in its own log.
        _host.Logging.AddSimpleConsole(console => console.SingleLine = true).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        _host.Services.AddSingleton(new DistributedApplicationModel(Resources)).AddSingleton(Eventing).AddSingleton(ExecutionContext)
            .AddSingleton(TimeProvider.System).AddSingleton(new AppHostAssembly(AppHostAssembly)).AddSingleton(_ => DataFolder.Of(this))
            .AddSingleton(s => new ResourceNotificationService(s.GetRequiredService<IHostApplicationLifetime>()))
            .AddSingleton(s => new ResourceLoggerService(s.GetRequiredService<DataFolder>(), s.GetRequiredService<TimeProvider>())).AddSingleton<HealthMonitor>().AddSingleton<Spawner>()
            .AddSingleton<ResourceLifecycle>().AddSingleton<Orchestrator>().AddSingleton<Commands>().AddSingleton<Func<Orchestrator>>(s => s.GetRequiredService<Orchestrator>)
            .AddSingleton(s => new ResourceCommandService(s.GetRequiredService<Commands>())).AddHealthChecks();
        _host.Services.AddOptions<LocalOptions>().BindConfiguration(LocalOptions.Section);
        _host.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
    }

    /// <inheritdoc/>
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc/>
    public string AppHostDirectory { get; }

    /// <inheritdoc/>
    public Assembly? AppHostAssembly { get; }

    /// <inheritdoc/>
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc/>
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc/>
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc/>
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <inheritdoc/>
    public IResourceCollection Resources { get; } = new ResourceCollection();

    /// <inheritdoc/>
    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (resource.Name.Length > 64 || !Names().IsMatch(resource.Name))
            throw new DistributedApplicationException($"'{resource.Name}' is no name for a resource: letters, digits and single hyphens, a letter first, 64 at most.");
        if (Resources.Any(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"There are two resources named '{resource.Name}'.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc/>
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    /// <inheritdoc/>
    public DistributedApplication Build() => BuilderInterception.Build(this, () =>
    {
        if (!_isDashboardDisabled)
            LocalDashboard.AddTo(this);
        return new DistributedApplication(_host.Build());
    });

    private string? Metadata(string key) => AppHostAssembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == key)?.Value;

    [GeneratedRegex("^[A-Za-z]([A-Za-z0-9]|-(?=[A-Za-z0-9]))*$")]
    private static partial Regex Names();
}
