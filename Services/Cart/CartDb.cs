using System.Text.Json;
using EShop.Contracts;
using EShop.Messaging;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Cart;

internal sealed class CartDb(DbContextOptions<CartDb> options) : DbContext(options)
{
    public DbSet<Cart> Carts => Set<Cart>();

    public DbSet<CartLine> Lines => Set<CartLine>();

    public DbSet<ProductReplica> Products => Set<ProductReplica>();

    public DbSet<PlacedOrder> Orders => Set<PlacedOrder>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.AddServiceDefaults();
        model.AddEventBus();

        model.Entity<Cart>(cart =>
        {
            cart.ToTable("carts");
            cart.Property(c => c.Id).ValueGeneratedNever();
            cart.HasIndex(c => c.TouchedOn).HasFilter("guest");
            // Carts and lines are rewritten over and over: room in the page lets Postgres do it without touching an index.
            cart.HasStorageParameter("fillfactor", 70);
        });
        model.Entity<CartLine>(line =>
        {
            line.ToTable("cart_lines");
            line.HasKey(l => new { l.CartId, l.ProductId });
            line.HasOne<Cart>().WithMany().HasForeignKey(l => l.CartId);
            // No foreign key to the product: it would have every cart that takes a popular product write that product's row.
            line.HasStorageParameter("fillfactor", 70);
        });
        model.Entity<ProductReplica>(product =>
        {
            product.ToTable("products");
            product.Property(p => p.Id).ValueGeneratedNever();
            product.Property(p => p.TaxRate).HasPrecision(5, 2);
            product.HasIndex(p => p.DeletedAt).HasFilter("deleted_at IS NOT NULL");
        });
        model.Entity<PlacedOrder>(order =>
        {
            order.ToTable("orders");
            order.Property(o => o.Id).ValueGeneratedNever();
            order.Property(o => o.Content).HasColumnType("jsonb").HasConversion(
                content => JsonSerializer.Serialize(content, JsonSerializerOptions.Web),
                json => JsonSerializer.Deserialize<Order>(json, JsonSerializerOptions.Web)!);
            order.HasIndex(o => o.UserId).HasFilter("closed_at IS NULL");
            order.HasIndex(o => o.TellAt).HasFilter("closed_at IS NULL");
            order.HasIndex(o => o.ClosedAt).HasFilter("closed_at IS NOT NULL");
        });
    }
}
