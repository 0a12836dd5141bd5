using System.Security.Cryptography;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.Local.Hosting;

/// <summary>
/// Adds the dashboard to an application, as Aspire does: the model does not name it. It is a process of its own, so that a flood of telemetry is not the
/// host's; nobody waits for it, for who sends telemetry tries again.
/// </summary>
internal static class LocalDashboard
{
    public const string Name = "dashboard";

    /// <summary>The class that the build writes for the dashboard's project, where the app model's project refers to it.</summary>
    private const string Project = "Projects.EShop_Local_Dashboard";

    public static void AddTo(DistributedApplicationBuilder builder)
    {
        if (builder.AppHostAssembly?.GetType(Project) is not { } project || !builder.ExecutionContext.IsRunMode)
            return;

        // The token stays, and with it the browser's cookie; the keys are between processes of one run.
        var data = DataFolder.Of(builder);
        var token = new Lazy<string>(() => data.Secret("Dashboard:Token", NewKey));
        var (otlp, otlpKey, serviceKey) = ($"http://localhost:{Ports.Free()}", NewKey(), NewKey());
        var settings = builder.Configuration;
        if (settings["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] is null && settings["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] is null)
            (settings["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"], settings["AppHost:OtlpApiKey"]) = (otlp, otlpKey);

        builder.Services.AddSingleton<ResourceView>()
            .AddSingleton(services => new ResourceService(services.GetRequiredService<ResourceView>(), serviceKey))
            .AddHostedService(services => services.GetRequiredService<ResourceService>());
        foreach (var sender in builder.Resources.OfType<ProjectResource>().ToArray())
            builder.CreateResourceBuilder(sender).WithEnvironment(SendSoon);
        ResourceService? service = null;
        builder.Eventing.Subscribe<BeforeStartEvent>((start, _) =>
        {
            service = start.Services.GetRequiredService<ResourceService>();
            return Task.CompletedTask;
        });

        var dashboard = builder.AddProject(Name, ((IProjectMetadata)Activator.CreateInstance(project)!).ProjectPath)
            .WithHttpHealthCheck("/health")
            .WithEnvironment(context =>
            {
                var variables = context.EnvironmentVariables;
                variables["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = otlp;
                variables["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = service!.Address;
                variables["DASHBOARD__FRONTEND__BROWSERTOKEN"] = token.Value;
                variables["DASHBOARD__OTLP__PRIMARYAPIKEY"] = otlpKey;
                variables["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = serviceKey;
            });
        var endpoint = dashboard.Resource.Annotations.OfType<EndpointAnnotation>().Single();
        if (int.TryParse(settings[$"{LocalOptions.Section}:DashboardPort"], out var port))
            endpoint.Port = port;
        builder.Services.AddSingleton(new DashboardLink(() => $"{dashboard.GetEndpoint(endpoint.Name).Url}/login?t={token.Value}"));
    }

    // Somebody looks: what happened is there after a second, what was measured after fifteen, where nothing else is said. (While developing, all of it is after one.)
    private static void SendSoon(EnvironmentCallbackContext context)
    {
        context.EnvironmentVariables.TryAdd("OTEL_BLRP_SCHEDULE_DELAY", "1000");
        context.EnvironmentVariables.TryAdd("OTEL_BSP_SCHEDULE_DELAY", "1000");
        context.EnvironmentVariables.TryAdd("OTEL_METRIC_EXPORT_INTERVAL", "15000");
    }

    private static string NewKey() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}

/// <summary>The link that opens the dashboard. It is printed for whoever started the application, and written nowhere else.</summary>
internal sealed record DashboardLink(Func<string> Url);
