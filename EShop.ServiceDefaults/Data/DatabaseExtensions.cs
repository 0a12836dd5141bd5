using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EShop.ServiceDefaults;

/// <summary>A service's own database.</summary>
public static class DatabaseExtensions
{
    /// <summary>Adds a pooled context and an <see cref="NpgsqlDataSource"/> over the connection string of this name, a health check, and the context's migrations at start
    /// (a missing database is created). There is no retrying execution strategy: it would run a transaction again whose commit is merely unknown.</summary>
    /// <remarks>Every session gives up after 10 s of idling inside a transaction, 3 s of waiting for a lock, 10 s of one statement, so that a paused process holds nothing for long.
    /// At most 8 connections a process: replicas × services × 8 stays below Postgres's default of 100.</remarks>
    /// <param name="connectionName">The name in <c>ConnectionStrings</c>.</param>
    public static IHostApplicationBuilder AddNpgsqlDbContext<TContext>(this IHostApplicationBuilder builder, string connectionName)
        where TContext : DbContext
    {
        builder.Services.AddSingleton(services => Open(Pooled(ConnectionString(services.GetRequiredService<IConfiguration>(), connectionName))));
        builder.Services.AddDbContextPool<TContext>((services, options) => Configure(options)
            .UseNpgsql(services.GetRequiredService<NpgsqlDataSource>())
            .AddInterceptors(services.GetServices<Microsoft.EntityFrameworkCore.Diagnostics.IInterceptor>()));
        builder.Services.AddScoped<DbContext>(services => services.GetRequiredService<TContext>());
        builder.Services.AddHostedService(services => new MigrateAtStart<TContext>(
            services,
            ConnectionString(services.GetRequiredService<IConfiguration>(), connectionName),
            services.GetRequiredService<Microsoft.Extensions.Logging.ILogger<MigrateAtStart<TContext>>>()));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>(typeof(TContext).Name, HealthStatus.Unhealthy);
        return builder;
    }

    /// <summary>The transaction that is open already (then its owner commits it, and <c>CommitAsync</c> here does nothing), else a new one.</summary>
    public static async Task<JoinedTransaction> JoinTransactionAsync(this DbContext context, CancellationToken cancellationToken) =>
        context.Database.CurrentTransaction is null
            ? new JoinedTransaction(await context.Database.BeginTransactionAsync(cancellationToken))
            : new JoinedTransaction(owned: null);

    internal static DbContextOptionsBuilder Configure(DbContextOptionsBuilder options) =>
        options.UseSnakeCaseNamingConvention();

    // A statement is told as part of what it was made for. Those that only look whether there is something to do would be a trace each.
    private static NpgsqlDataSource Open(string connectionString) => new NpgsqlDataSourceBuilder(connectionString)
        .ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => Activity.Current is not null).ConfigureBatchFilter(_ => Activity.Current is not null))
        .Build();

    private static string ConnectionString(IConfiguration configuration, string name) => configuration.GetConnectionString(name) is { Length: > 0 } found
        ? found
        : throw new InvalidOperationException($"There is no connection string '{name}': set ConnectionStrings__{name}, for example to Host=localhost;Username=postgres;Password=…;Database={name}.");

    /// <summary>Sets what the connection string leaves open. Not asked by <c>ContainsKey</c>, which is true of every word that Npgsql knows.</summary>
    internal static string Pooled(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        if (!connection.ShouldSerialize("Maximum Pool Size"))
            connection.MaxPoolSize = 8;
        if (!connection.ShouldSerialize("Timeout"))
            connection.Timeout = 4; // The wait for a connection of the pool too: a burst queues, for as long as the request's deadline lets it, rather than be refused.
        if (!connection.ShouldSerialize("Command Timeout"))
            connection.CommandTimeout = 4;
        if (!connection.ShouldSerialize("Connection Idle Lifetime"))
            connection.ConnectionIdleLifetime = 60; // A rush's connections are a process of several megabytes each at the server.
        connection.Options ??= "-c idle_in_transaction_session_timeout=10s -c lock_timeout=3s -c statement_timeout=10s";
        return connection.ConnectionString;
    }
}

/// <summary>A transaction that is ours, or a part in somebody else's.</summary>
public sealed class JoinedTransaction : IAsyncDisposable
{
    private readonly IDbContextTransaction? _owned;

    internal JoinedTransaction(IDbContextTransaction? owned) => _owned = owned;

    /// <summary>Commits, where the transaction is ours.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) => _owned?.CommitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Rolls back what is ours and not committed.</summary>
    public ValueTask DisposeAsync() => _owned?.DisposeAsync() ?? ValueTask.CompletedTask;
}

internal sealed class DatabaseHealth(NpgsqlDataSource database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The database does not answer.", exception);
        }
    }
}
