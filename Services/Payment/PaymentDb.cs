using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using EShop.Messaging;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EShop.Payment;

internal sealed class PaymentDb(DbContextOptions<PaymentDb> options) : DbContext(options)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<Operation> Operations => Set<Operation>();

    public DbSet<Refund> Refunds => Set<Refund>();

    public DbSet<Concern> Concerns => Set<Concern>();

    public DbSet<Schedule> Schedules => Set<Schedule>();

    public DbSet<Customer> Customers => Set<Customer>();

    public DbSet<WebhookEvent> WebhookEvents => Set<WebhookEvent>();

    /// <summary>Orders with changes that are not committed yet: told to those who wait once they are.</summary>
    public HashSet<Guid> Changing { get; } = [];

    /// <summary>What becomes due by changes that are not committed yet, and whose work it is.</summary>
    public List<(Worker Worker, DateTimeOffset At)> Due { get; } = [];

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<PaymentStatus>().HaveConversion<Snake.Converter<PaymentStatus>>();
        configuration.Properties<OperationKind>().HaveConversion<Snake.Converter<OperationKind>>();
        configuration.Properties<ConcernKind>().HaveConversion<Snake.Converter<ConcernKind>>();
        configuration.Properties<RefundStatus>().HaveConversion<Snake.Converter<RefundStatus>>();
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.AddServiceDefaults();
        model.AddEventBus();
        model.Entity<Payment>(payment =>
        {
            payment.ToTable("payments");
            payment.HasKey(p => p.OrderId);
            payment.Property(p => p.OrderId).ValueGeneratedNever();
            payment.Property(p => p.Version).IsConcurrencyToken();
            AsJson(payment, p => p.Order);
            AsJson(payment, p => p.NextAction);
            AsJson(payment, p => p.LastError);
            AsJson(payment, p => p.RejectedLines);
            AsJson(payment, p => p.History);
            payment.HasOne(p => p.Operation).WithOne().HasForeignKey<Operation>(o => o.OrderId);
            payment.HasMany(p => p.Refunds).WithOne().HasForeignKey(r => r.OrderId);
            // Order ids are UUIDv7: newest first is highest first.
            payment.HasIndex(p => new { p.UserId, p.OrderId }).IsDescending(false, true);
            payment.HasIndex(p => p.ExpiresAt).HasFilter("status IN ('awaiting_stock', 'awaiting_payment', 'requires_action')");
            payment.HasIndex(p => p.ReadAt).HasFilter("read_at IS NOT NULL");
            payment.HasIndex(p => p.IntentId);
        });
        model.Entity<Operation>(operation =>
        {
            operation.ToTable("operations");
            operation.HasKey(o => o.OrderId);
            operation.Property(o => o.LeaseToken).IsConcurrencyToken();
            AsJson(operation, o => o.Parameters);
            operation.HasIndex(o => o.LeaseUntil);
        });
        model.Entity<Refund>(refund =>
        {
            refund.ToTable("refunds");
            refund.Property(r => r.Id).ValueGeneratedNever();
            AsJson(refund, r => r.Lines);
        });
        model.Entity<Concern>(concern =>
        {
            concern.ToTable("concerns");
            concern.Property(c => c.Id).ValueGeneratedNever();
            concern.HasIndex(c => c.Reference);
        });
        model.Entity<Customer>(customer =>
        {
            customer.ToTable("customers");
            customer.HasKey(c => c.UserId);
            customer.Property(c => c.UserId).ValueGeneratedNever();
            customer.HasIndex(c => c.TryAt).HasFilter("stripe_id IS NULL");
        });
        model.Entity<Schedule>(schedule =>
        {
            schedule.ToTable("schedules");
            schedule.HasKey(s => s.Name);
        });
        model.Entity<WebhookEvent>(seen =>
        {
            seen.ToTable("webhook_events");
            seen.HasIndex(e => e.ReceivedAt);
        });
    }

    private static void AsJson<TEntity, TValue>(EntityTypeBuilder<TEntity> entity, Expression<Func<TEntity, TValue>> member)
        where TEntity : class =>
        entity.Property(member).HasColumnType("jsonb").HasConversion(
            value => JsonSerializer.Serialize(value, Json),
            text => JsonSerializer.Deserialize<TValue>(text, Json)!,
            // Values are replaced, never changed in place.
            new ValueComparer<TValue>((one, other) => ReferenceEquals(one, other), value => 0, value => value));
}

/// <summary>A user as a customer at Stripe. Made by a job; no payment waits for it.</summary>
internal sealed class Customer
{
    public required Guid UserId { get; init; }

    public required string Name { get; init; }

    public required string Email { get; init; }

    public string? StripeId { get; set; }

    /// <summary>When the job asks Stripe (again).</summary>
    public DateTimeOffset TryAt { get; set; }
}

/// <summary>A webhook event that was taken: Stripe sends each at least once. Kept for 90 days.</summary>
internal sealed class WebhookEvent
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }
}
