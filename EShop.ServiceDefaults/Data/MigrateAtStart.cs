using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EShop.ServiceDefaults;

/// <summary>Brings the database to the version of the code before the service listens, and waits for it as long as it is away.
/// On a connection of its own without the session's time limits, since a migration may take longer than a request.</summary>
internal sealed partial class MigrateAtStart<TContext>(IServiceProvider services, string connectionString, ILogger<MigrateAtStart<TContext>> logger) : IHostedService
    where TContext : DbContext
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var delay = 0.25; ; delay = Math.Min(delay * 2, 4))
        {
            try
            {
                if (!await IsCurrentAsync(cancellationToken))
                    await MigrateAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                // Away, starting, or just created by another replica: the next try sees it.
                Waiting(logger, typeof(TContext).Name, exception.Message, delay);
                await Task.Delay(TimeSpan.FromSeconds(delay), cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Nearly every start finds nothing to migrate, and EF's migrator would build the model twice to learn that: a third of a service's start.
    private async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        try
        {
            var migrations = typeof(TContext).Assembly.GetTypes()
                .Where(type => type.GetCustomAttribute<DbContextAttribute>()?.ContextType == typeof(TContext))
                .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>().ToHashSet();
            await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT migration_id FROM \"__EFMigrationsHistory\"");
            await using var applied = await command.ExecuteReaderAsync(cancellationToken);
            while (await applied.ReadAsync(cancellationToken))
                migrations.Remove(applied.GetString(0));
            return migrations.Count == 0;
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.UndefinedTable)
        {
            return false;
        }
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        var options = new DbContextOptionsBuilder<TContext>();
        DatabaseExtensions.Configure(options).UseNpgsql(connectionString);
        await using var context = ActivatorUtilities.CreateInstance<TContext>(services, options.Options);
        await context.Database.MigrateAsync(cancellationToken);
    }

    [LoggerMessage(10, LogLevel.Warning, "The database of {Context} can't be migrated yet ({Reason}); trying again in {Delay} s")]
    private static partial void Waiting(ILogger logger, string context, string reason, double delay);
}
