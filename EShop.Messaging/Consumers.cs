using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EShop.Messaging;

/// <summary>Runs one consumer for each stream that the service subscribes to, side by side.</summary>
internal sealed class Consumers<TContext>(EventBus bus, IServiceProvider services, IHostApplicationLifetime lifetime) : BackgroundService
    where TContext : DbContext
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await lifetime.StartedAsync(stoppingToken);
        await Task.WhenAll(bus.Publishers.Select(async publisher =>
        {
            await using var consumer = ActivatorUtilities.CreateInstance<Consumer<TContext>>(services, publisher);
            await consumer.RunAsync(stoppingToken);
        }));
    }
}
