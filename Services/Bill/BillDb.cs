using System.Text.Json;
using EShop.Messaging;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EShop.Bill;

internal sealed class BillDb(DbContextOptions<BillDb> options) : DbContext(options)
{
    public DbSet<KnownOrder> Orders => Set<KnownOrder>();
    public DbSet<InvoiceJob> InvoiceJobs => Set<InvoiceJob>();
    public DbSet<InvoiceCounter> InvoiceCounters => Set<InvoiceCounter>();
    public DbSet<Invoice> Invoices => Set<Invoice>();
    public DbSet<DrawingJob> DrawingJobs => Set<DrawingJob>();
    public DbSet<InvoicePdf> InvoicePdfs => Set<InvoicePdf>();
    public DbSet<DueCreditNote> DueCreditNotes => Set<DueCreditNote>();

    /// <summary>Locks the counter of a series and year until the transaction ends: all who issue wait here, in one line.</summary>
    public async Task<InvoiceCounter> LockCounterAsync(string series, int year, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await InvoiceCounters.FromSql(
            $"""
            INSERT INTO invoice_counters (series, year, last_number, last_at) VALUES ({series}, {year}, 0, {now})
            ON CONFLICT (series, year) DO UPDATE SET series = excluded.series
            RETURNING *
            """).ToListAsync(cancellationToken)).Single();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddServiceDefaults();
        modelBuilder.AddEventBus();

        modelBuilder.Entity<KnownOrder>(order =>
        {
            order.HasKey(o => o.OrderId);
            order.HasIndex(o => o.CreatedAt).HasFilter("paid_at IS NULL");
        });
        modelBuilder.Entity<InvoiceJob>(job =>
        {
            job.HasKey(j => j.OrderId);
            job.HasIndex(j => j.DueAt);
            Json(job.Property(j => j.Order));
        });
        modelBuilder.Entity<InvoiceCounter>(counter =>
        {
            counter.HasKey(c => new { c.Series, c.Year });
        });
        modelBuilder.Entity<Invoice>(invoice =>
        {
            // The promises about numbers, held by the database whatever the code does: no twin, one invoice an order, one credit note a refund.
            invoice.HasIndex(i => new { i.Series, i.Year, i.Sequence }).IsUnique();
            invoice.HasIndex(i => i.OrderId, "ux_invoices_order_id").IsUnique().HasFilter("kind = 'invoice'");
            invoice.HasIndex(i => i.RefundId).IsUnique();
            invoice.HasIndex(i => new { i.UserId, i.IssuedAt });
            invoice.HasIndex(i => i.OrderId, "ix_invoices_order_id");
            Json(invoice.Property(i => i.Document));
        });
        modelBuilder.Entity<DrawingJob>(job =>
        {
            job.HasKey(j => j.InvoiceId);
            job.HasIndex(j => j.DueAt);
        });
        modelBuilder.Entity<InvoicePdf>(pdf => pdf.HasKey(p => p.InvoiceId));
        modelBuilder.Entity<DueCreditNote>(note =>
        {
            note.HasKey(n => n.RefundId);
            note.HasIndex(n => n.OrderId);
            note.HasIndex(n => n.DueAt);
            Json(note.Property(n => n.Refund));
        });
    }

    private static void Json<T>(PropertyBuilder<T> property) => property
        .HasColumnType("jsonb")
        .HasConversion(value => JsonSerializer.Serialize(value, JsonSerializerOptions.Web), text => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!);
}
