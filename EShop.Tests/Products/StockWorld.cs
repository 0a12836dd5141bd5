using System.Collections.Concurrent;
using EShop.Contracts;
using EShop.Messaging;
using EShop.Products;
using EShop.Products.Stock;
using EShop.Tests.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Product = EShop.Products.Product;

namespace EShop.Tests.Products;

/// <summary>A database of Products with its handlers, driven as the bus drives them: one transaction a batch, rows locked first. The inbox is left out on purpose:
/// what must hold without it is tested here.</summary>
internal sealed class StockWorld : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private StockWorld(ServiceProvider services) => _services = services;

    public ConcurrentQueue<IEvent> Published { get; } = new();

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 24, 1, 52, 0, TimeSpan.Zero));

    public IServiceProvider Services => _services;

    public static async Task<StockWorld> BeginAsync(SharedPostgres postgres)
    {
        var server = await postgres.ServerAsync();
        // Many wait for few connections here; that is not what is tested.
        var database = await server.CreateDatabaseAsync() + ";Timeout=60;Command Timeout=60";
        StockWorld? world = null;
        var services = new ServiceCollection()
            .AddLogging()
            .AddMetrics()
            .AddDbContext<ProductsDb>(options => options.UseNpgsql(database).UseSnakeCaseNamingConvention())
            .AddScoped<IOutbox>(_ => new Told(world!.Published))
            .AddSingleton<TimeProvider>(_ => world!.Clock)
            .AddSingleton<StockAlerts>()
            .AddSingleton<MovedStock>()
            .AddSingleton<AnnounceStock>()
            .AddScoped<LockStock>()
            .AddScoped<ReserveStock>()
            .AddScoped<CommitStock>()
            .AddScoped<ReleaseStock>()
            .AddScoped<RestockRefund>()
            .BuildServiceProvider();
        world = new StockWorld(services);
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ProductsDb>().Database.MigrateAsync();
        return world;
    }

    public async Task<Guid> ProductAsync(int stock)
    {
        var product = Product.Create(Guid.CreateVersion7(), new CatalogEntry("Cafetera", null, 1250, 21, null, null, null), stock, Clock.GetUtcNow());
        await InDatabaseAsync(async db =>
        {
            db.Products.Add(product);
            await db.SaveChangesAsync();
            return 0;
        });
        return product.Id;
    }

    public static Order Order(params (Guid Product, int Quantity)[] lines) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), new Buyer("Núria", "nuria@example.com"), null, "es", "EUR",
        [.. lines.Select(line => new OrderLine(line.Product, "Cafetera", line.Quantity, 1250, 21))], lines.Sum(line => line.Quantity) * 1250);

    /// <summary>One batch, one transaction.</summary>
    public async Task HappenAsync(params IEvent[] events)
    {
        await using var scope = _services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var db = services.GetRequiredService<ProductsDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await services.GetRequiredService<LockStock>().LockAsync(events, CancellationToken.None);
        foreach (var happened in events)
        {
            await (happened switch
            {
                CartCheckedOut checkedOut => services.GetRequiredService<ReserveStock>().HandleAsync(checkedOut, CancellationToken.None),
                PaymentSucceeded succeeded => services.GetRequiredService<CommitStock>().HandleAsync(succeeded, CancellationToken.None),
                PaymentCanceled canceled => services.GetRequiredService<ReleaseStock>().HandleAsync(canceled, CancellationToken.None),
                PaymentRefunded refunded => services.GetRequiredService<RestockRefund>().HandleAsync(refunded, CancellationToken.None),
                _ => Task.CompletedTask,
            });
        }
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    /// <summary>What is on the shelf and what is held of it, as the database says.</summary>
    public Task<(int Stock, int Reserved)> ShelfAsync(Guid productId) => InDatabaseAsync(async db =>
    {
        var product = await db.Products.SingleAsync(p => p.Id == productId);
        return (product.Stock, product.Reserved);
    });

    public Task<ReservationStatus> StatusAsync(Order order) =>
        InDatabaseAsync(db => db.Reservations.Where(r => r.OrderId == order.OrderId).Select(r => r.Status).SingleAsync());

    public async Task<T> InDatabaseAsync<T>(Func<ProductsDb, Task<T>> action)
    {
        await using var scope = _services.CreateAsyncScope();
        return await action(scope.ServiceProvider.GetRequiredService<ProductsDb>());
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class Told(ConcurrentQueue<IEvent> published) : IOutbox
    {
        public void Publish<TEvent>(TEvent happened, string? traceParent = null)
            where TEvent : IEvent => published.Enqueue(happened);

        public OutboxMessage Compose<TEvent>(TEvent happened, string? traceParent = null)
            where TEvent : IEvent => throw new NotSupportedException("Nothing here is composed by hand.");

        public void Wake() => throw new NotSupportedException("Nothing here is stored by hand.");
    }
}
