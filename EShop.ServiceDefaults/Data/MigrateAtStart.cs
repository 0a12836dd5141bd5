using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

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
                var options = new DbContextOptionsBuilder<TContext>();
                DatabaseExtensions.Configure(options).UseNpgsql(connectionString);
                await using var context = ActivatorUtilities.CreateInstance<TContext>(services, options.Options);
                await context.Database.MigrateAsync(cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is Npgsql.NpgsqlException or TimeoutException)
            {
                // Away, starting, or just created by another replica: the next try sees it.
                Waiting(logger, typeof(TContext).Name, exception.Message, delay);
                await Task.Delay(TimeSpan.FromSeconds(delay), cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(10, LogLevel.Warning, "The database of {Context} can't be migrated yet ({Reason}); trying again in {Delay} s")]
    private static partial void Waiting(ILogger logger, string context, string reason, double delay);
}
