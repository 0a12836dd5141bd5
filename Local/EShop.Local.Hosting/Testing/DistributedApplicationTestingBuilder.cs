using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>The builder of an app model's program, stopped before <c>Build()</c> so that a test can look and change.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IDisposable, IAsyncDisposable
{
    /// <summary>Lets the program build, and gives the application; the test starts it.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>Runs app models in tests: free ports, a data folder of their own that goes with the builder, and a failed dependency ends a wait.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>The app model of the project of that generated class, as in <c>Projects.EShop_AppHost</c>.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <summary>The same, with a command line.</summary>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        var data = NewFolder();
        string[] defaults = ["--Local:RandomizePorts=true", $"--Local:DataFolder={data}"];
        var assembly = typeof(TEntryPoint).Assembly;
        var test = new BuilderInterception(options =>
        {
            options.AssemblyName = assembly.GetName().Name;
            options.DisableDashboard = true;
            options.Args = [.. defaults, .. args];
        });
        var main = assembly.EntryPoint ?? throw new InvalidOperationException($"{assembly.GetName().Name} is no program.");
        var builder = await test.Run(() => main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()], null))
            .WaitAsync(cancellationToken);
        return new TestingBuilder(builder, test, data);
    }

    /// <summary>An empty model, filled by the test.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args)
    {
        var data = NewFolder();
        return new TestingBuilder(
            new DistributedApplicationBuilder(new DistributedApplicationOptions
            {
                Args = ["--Local:RandomizePorts=true", $"--Local:DataFolder={data}", .. args],
                DisableDashboard = true,
            }), null, data);
    }

    // Made by the host when it needs it: a temporary folder of the system's making is closed to the user that PostgreSQL runs as.
    private static string NewFolder() => Path.Combine(Path.GetTempPath(), $"eshop-test-{Guid.NewGuid():N}");

    private sealed class TestingBuilder(DistributedApplicationBuilder inner, BuilderInterception? test, string data) : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? _application;

        public ConfigurationManager Configuration => inner.Configuration;

        public string AppHostDirectory => inner.AppHostDirectory;

        public Assembly? AppHostAssembly => inner.AppHostAssembly;

        public IHostEnvironment Environment => inner.Environment;

        public IServiceCollection Services => inner.Services;

        public IDistributedApplicationEventing Eventing => inner.Eventing;

        public DistributedApplicationExecutionContext ExecutionContext => inner.ExecutionContext;

        public IResourceCollection Resources => inner.Resources;

        public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource => inner.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => inner.CreateResourceBuilder(resource);

        public DistributedApplication Build() => BuildAsync().GetAwaiter().GetResult();

        public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
            _application = test is null ? inner.Build() : await test.Build().WaitAsync(cancellationToken);

        public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

        public async ValueTask DisposeAsync()
        {
            if (_application is not null)
                await _application.DisposeAsync();
            if (Directory.Exists(data))
                Directory.Delete(data, recursive: true);
        }
    }
}
