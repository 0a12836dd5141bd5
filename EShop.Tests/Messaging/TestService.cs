using EShop.Contracts;
using EShop.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EShop.Tests.Messaging;

/// <summary>What a handled event left behind. Nothing here is unique, so an event that took effect twice shows.</summary>
internal sealed class Effect
{
    public long Id { get; init; }

    public required Guid OrderId { get; init; }

    public required string Number { get; init; }

    public string? Trace { get; init; }
}

internal sealed class TestDb(DbContextOptions<TestDb> options) : DbContext(options)
{
    public DbSet<Effect> Effects => Set<Effect>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddEventBus();
        modelBuilder.Entity<Effect>(effect =>
        {
            effect.ToTable("effects");
            effect.Property(e => e.Id).HasColumnName("id");
            effect.Property(e => e.OrderId).HasColumnName("order_id");
            effect.Property(e => e.Number).HasColumnName("number");
            effect.Property(e => e.Trace).HasColumnName("trace");
        });
    }
}

/// <summary>What the handler does besides leaving its effect; a test replaces it.</summary>
internal sealed class Script
{
    public Func<BillIssued, TestDb, CancellationToken, Task> Run { get; set; } = (_, _, _) => Task.CompletedTask;
}

internal sealed class LeaveEffect(TestDb db, Script script) : IHandle<BillIssued>
{
    public async Task HandleAsync(BillIssued happened, CancellationToken cancellationToken)
    {
        db.Effects.Add(new() { OrderId = happened.OrderId, Number = happened.Number, Trace = System.Diagnostics.Activity.Current?.TraceId.ToString() });
        await script.Run(happened, db, cancellationToken);
    }
}

/// <summary>One replica of a service: <c>bill</c> publishes, <c>payment</c> subscribes to it.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly IHost _host;

    private TestService(IHost host) => _host = host;

    public Script Script => _host.Services.GetRequiredService<Script>();

    public IServiceProvider Services => _host.Services;

    public static IHost Build(string name, string postgres, string redis, Action<ILoggingBuilder>? logging = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        logging?.Invoke(builder.Logging);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:redis", redis)]);
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(postgres));
        builder.Services.AddDbContextPool<TestDb>((services, options) => options.UseNpgsql(services.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddSingleton<Script>();
        builder.AddEventBus<TestDb>(name, bus => _ = name == "payment" ? bus.On<BillIssued, LeaveEffect>() : bus);
        return builder.Build();
    }

    public static async Task<TestService> StartAsync(string name, string postgres, string redis, Action<Script>? script = null)
    {
        var service = new TestService(Build(name, postgres, redis));
        script?.Invoke(service.Script);
        await service._host.StartAsync();
        return service;
    }

    public Task PublishAsync(params IEvent[] events) => PublishAsync(Services, events);

    public static async Task PublishAsync(IServiceProvider services, params IEvent[] events)
    {
        await using var scope = services.CreateAsyncScope();
        foreach (var happened in events)
            scope.ServiceProvider.GetRequiredService<IOutbox>().Publish(happened);
        await scope.ServiceProvider.GetRequiredService<TestDb>().SaveChangesAsync();
    }

    public async Task<HealthStatus> HealthAsync() => (await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host)
            await host.DisposeAsync();
    }
}
