using Aspire.Hosting.ApplicationModel;
using EShop.Local.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds Redis servers.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Adds a server; the local host starts this machine's redis-server, on the loopback address, with a password.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="name">Unique in the model.</param>
    /// <param name="port">Its port; null for a free one.</param>
    /// <param name="password">Its password; null for one that is made up and kept.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        // No special characters: the connection string has no quotes.
        var secret = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
        var server = new RedisResource(name, secret) { Entrypoint = "/bin/sh" };
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new(key, _ => new RedisHealthCheck(server), HealthStatus.Unhealthy, null));
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 6379, scheme: "redis", name: "tcp")
            .WithEnvironment(context => context.EnvironmentVariables["REDIS_PASSWORD"] = secret)
            .WithArgs(context =>
            {
                if (builder.ExecutionContext.IsPublishMode)
                    context.Args.Add("-c");
                context.Args.Add($"redis-server --requirepass $REDIS_PASSWORD{(RedisProcess.Lasts(server) ? " --save 60 1" : "")}");
            })
            .WithAnnotation(new ContainerImageAnnotation { Registry = "docker.io", Image = "library/redis", Tag = "8.6" })
            .WithAnnotation(new RedisProcess(server))
            .WithHealthCheck(key);
    }

    /// <summary>Keeps the data for the next start.</summary>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithAnnotation(new ContainerMountAnnotation(name ?? VolumeName.Of(builder, "data"), "/data", ContainerMountType.Volume, isReadOnly));
}
