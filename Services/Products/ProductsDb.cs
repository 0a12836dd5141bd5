using System.Text.Json;
using EShop.Messaging;
using EShop.Products.Catalog;
using EShop.Products.Stock;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EShop.Products;

internal sealed class ProductsDb(DbContextOptions<ProductsDb> options) : DbContext(options)
{
    public const string SkuIndex = "ix_products_sku";

    public DbSet<Product> Products => Set<Product>();

    public DbSet<Reservation> Reservations => Set<Reservation>();

    public DbSet<StockCorrection> StockCorrections => Set<StockCorrection>();

    /// <summary>The products that one word of a search finds.</summary>
    /// <param name="spellings">The word as it was typed, then how else it may have been meant.</param>
    public IQueryable<ProductMatch> Matching(string[] spellings) => FromExpression(() => Matching(spellings));

    /// <summary>The product with its row locked until the transaction ends, or null where it is not in the catalogue.</summary>
    public async Task<Product?> LockProductAsync(Guid id, CancellationToken cancellationToken)
    {
        var locked = await Products.FromSql($"SELECT * FROM products WHERE id = {id} AND deleted_at IS NULL FOR NO KEY UPDATE").ToListAsync(cancellationToken);
        return locked.SingleOrDefault();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddServiceDefaults();
        modelBuilder.AddEventBus();
        modelBuilder.HasPostgresExtension("pg_trgm");
        modelBuilder.HasPostgresExtension("unaccent");
        modelBuilder.HasDbFunction(() => Matching(default!)).HasName("products_matching");
        modelBuilder.Entity<ProductMatch>(match => match.HasNoKey().ToTable("product_match", table => table.ExcludeFromMigrations()));

        modelBuilder.Entity<Product>(product =>
        {
            product.ToTable("products", table => table.HasCheckConstraint("ck_products_stock", "0 <= reserved AND reserved <= stock"));
            product.HasStorageParameter("fillfactor", 80);
            product.Property(p => p.Id).ValueGeneratedNever();
            product.Property(p => p.Name).HasMaxLength(CatalogLimits.Name);
            product.Property(p => p.Description).HasMaxLength(CatalogLimits.Description);
            product.Property(p => p.TaxRate).HasPrecision(5, 2);
            product.Property(p => p.Sku).HasMaxLength(CatalogLimits.Sku);
            product.Property(p => p.Category).HasMaxLength(CatalogLimits.Category);
            product.Property(p => p.ImageUrl).HasMaxLength(CatalogLimits.ImageUrl);
            // Kept by the database, so that the index and the search can't disagree on how a name is normalized.
            product.Property<string>(CatalogColumns.NameKey).HasColumnName("name_key").HasComputedColumnSql("normalized(name)", stored: true);
            product.Property<string>(CatalogColumns.SearchText).HasColumnName("search_text")
                .HasComputedColumnSql("normalized(name || ' ' || coalesce(description, ''))", stored: true);
            // No index covers stock, reserved or their version, and pages have room: a reservation is a heap-only update, however many indexes there are.
            product.HasIndex(p => p.Sku).IsUnique().HasFilter("deleted_at IS NULL").HasDatabaseName(SkuIndex);
            product.HasIndex(CatalogColumns.SearchText).HasMethod("gin").HasOperators("gin_trgm_ops").HasFilter("deleted_at IS NULL");
        });

        modelBuilder.Entity<Reservation>(reservation =>
        {
            reservation.ToTable("reservations");
            reservation.HasKey(r => r.OrderId);
            reservation.Property(r => r.OrderId).ValueGeneratedNever();
            reservation.Property(r => r.Status).HasConversion(
                status => status.ToString().ToLowerInvariant(), text => Enum.Parse<ReservationStatus>(text, ignoreCase: true)).HasDefaultValueSql("'unknown'").ValueGeneratedNever();
            AsJson(reservation.Property(r => r.Lines));
            AsJson(reservation.Property(r => r.Refused));
            AsJson(reservation.Property(r => r.DueRefunds));
            AsJson(reservation.Property(r => r.Refunds));
            reservation.Property(r => r.PaymentDue).HasDefaultValue(false);
            reservation.HasIndex(r => r.DueSince).HasFilter("due_since IS NOT NULL");
            // What is held now, among all that ever was: what the gauge counts.
            reservation.HasIndex(r => r.OrderId).HasFilter("status = 'reserved'").HasDatabaseName("ix_reservations_reserved");
        });

        modelBuilder.Entity<StockCorrection>(correction =>
        {
            correction.ToTable("stock_corrections");
            correction.Property(c => c.Id).ValueGeneratedNever();
            correction.Property(c => c.Reason).HasMaxLength(CatalogLimits.Reason);
            correction.HasIndex(c => c.ProductId);
        });

        modelBuilder.Entity<StockAnnouncement>(announcement =>
        {
            announcement.ToTable("stock_announcements");
            announcement.HasKey(a => a.ProductId);
            announcement.Property(a => a.ProductId).ValueGeneratedNever();
        });
    }

    /// <summary>A short list lives in its row as JSON: what is read and written together under one lock needs no table of its own.</summary>
    private static void AsJson<T>(PropertyBuilder<List<T>> property) => property
        .HasColumnType("jsonb")
        .HasDefaultValueSql("'[]'")
        .HasConversion(
            list => JsonSerializer.Serialize(list, JsonSerializerOptions.Web),
            json => JsonSerializer.Deserialize<List<T>>(json, JsonSerializerOptions.Web)!,
            new ValueComparer<List<T>>(
                (left, right) => JsonSerializer.Serialize(left, JsonSerializerOptions.Web) == JsonSerializer.Serialize(right, JsonSerializerOptions.Web),
                list => list.Count,
                list => JsonSerializer.Deserialize<List<T>>(JsonSerializer.Serialize(list, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!));
}
