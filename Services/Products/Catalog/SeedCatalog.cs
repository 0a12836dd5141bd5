using EShop.Contracts;
using EShop.Messaging;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace EShop.Products.Catalog;

/// <summary>Fills an empty catalogue, in Development only. A catalogue that was emptied by hand is not empty: deleted products keep their rows.</summary>
internal sealed partial class SeedCatalog(IServiceScopeFactory scopes, IOptions<StoreOptions> store, TimeProvider clock, ILogger<SeedCatalog> logger) : IHostedService
{
    // Any number of ours. Of two replicas that start on an empty database at once, the one that finds it taken leaves the work to the other: waiting could outlast
    // the session's time limits and end its start.
    private const long Lock = 0x5EEDCA7A;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ProductsDb>();
        var outbox = scope.ServiceProvider.GetRequiredService<IOutbox>();
        await using var transaction = await db.JoinTransactionAsync(cancellationToken);
        var mine = await db.Database.SqlQuery<bool>($"SELECT pg_try_advisory_xact_lock({Lock}) AS \"Value\"").ToListAsync(cancellationToken);
        if (!mine[0] || await db.Products.AnyAsync(cancellationToken))
            return;

        var currency = store.Value.Money;
        var scale = currency.Decimals switch { 0 => 1m, 2 => 100m, _ => 1000m };
        var start = clock.GetUtcNow();
        for (var i = 0; i < Wares.Length; i++)
        {
            var ware = Wares[i];
            // A millisecond apart: the ids keep the order of the list.
            var at = start.AddMilliseconds(i - Wares.Length);
            var entry = new CatalogEntry(ware.Name, ware.Description, (long)(ware.Price * scale), ware.TaxRate, ware.Sku, ware.Category, ImageUrl: null);
            var product = Product.Create(Guid.CreateVersion7(at), entry, ware.Stock, at);
            db.Products.Add(product);
            outbox.Publish(new ProductCreated(ProductView.Told(product, currency)));
        }
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogSeeded(Wares.Length);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(3020, LogLevel.Information, "The catalogue was empty: {Count} products to begin with are in it.")]
    private partial void LogSeeded(int count);
}
