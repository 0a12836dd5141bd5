using Aspire.Hosting.ApplicationModel;
using EShop.Local.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds PostgreSQL servers and their databases.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>Adds a server; the local host starts one of this machine's PostgreSQL, on the loopback address, with a password.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="name">Unique in the model.</param>
    /// <param name="userName">The superuser; null for <c>postgres</c>.</param>
    /// <param name="password">Its password; null for one that is made up and kept.</param>
    /// <param name="port">Its port; null for a free one.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        var secret = password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password");
        var server = new PostgresServerResource(name, userName?.Resource, secret);
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new(key, _ => new PostgresHealthCheck(server, "postgres"), HealthStatus.Unhealthy, null));
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 5432, name: "tcp")
            .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
            .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256")
            .WithEnvironment("POSTGRES_USER", server.UserNameReference)
            .WithEnvironment(context => context.EnvironmentVariables["POSTGRES_PASSWORD"] = server.PasswordParameter)
            .WithAnnotation(new ContainerImageAnnotation { Registry = "docker.io", Image = "library/postgres", Tag = "17.6" })
            .WithAnnotation(new PostgresProcess(server))
            .WithHealthCheck(key)
            .OnResourceReady((_, _, ct) => PostgresDatabases.CreateMissingAsync(server, ct));
    }

    /// <summary>Adds a database; it is created once its server is ready, if it is missing.</summary>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(name, database.DatabaseName);
        var key = $"{name}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks()
            .Add(new(key, _ => new PostgresHealthCheck(builder.Resource, database.DatabaseName), HealthStatus.Unhealthy, null));
        return builder.ApplicationBuilder.AddResource(database).WithHealthCheck(key);
    }

    /// <summary>Keeps the data for the next start.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithAnnotation(new ContainerMountAnnotation(
            name ?? VolumeName.Of(builder, "data"), "/var/lib/postgresql/data", ContainerMountType.Volume, isReadOnly));
}
