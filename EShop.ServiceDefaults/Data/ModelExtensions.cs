using Microsoft.EntityFrameworkCore;

namespace EShop.ServiceDefaults;

/// <summary>The tables that every service has.</summary>
public static class ModelExtensions
{
    /// <summary>Adds idempotency keys and trusted keys to a service's model: call it in <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddServiceDefaults(this ModelBuilder model)
    {
        model.Entity<IdempotencyKey>(table =>
        {
            table.ToTable("idempotency_keys");
            table.HasKey(key => new { key.Scope, key.Key });
            table.HasIndex(key => key.CreatedAt);
        });
        model.Entity<TrustedKey>(table =>
        {
            table.ToTable("trusted_keys");
            table.HasKey(key => key.Kid);
        });
        return model;
    }
}
