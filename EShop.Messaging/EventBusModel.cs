using Microsoft.EntityFrameworkCore;

namespace EShop.Messaging;

/// <summary>The events that this service has taken: an id stands here exactly if the event's effect is committed, or the event is parked. Kept for 30 days.</summary>
internal sealed class InboxMessage
{
    public required Guid Id { get; init; }

    public required DateTimeOffset HandledAt { get; init; }
}

/// <summary>How often an event that failed was tried. Written before the handler runs, so that an event that kills its process is counted as well.</summary>
internal sealed class EventTry
{
    public required Guid Id { get; init; }

    public required int Tries { get; init; }

    public required DateTimeOffset TriedAt { get; init; }

    public string? Error { get; init; }
}

/// <summary>What the relay knows of the publisher's stream: enough to notice that the broker forgot something.</summary>
internal sealed class RelayState
{
    public required string Publisher { get; init; }

    /// <summary>The life of the stream; the same value stands in Redis beside it.</summary>
    public required Guid Epoch { get; init; }

    /// <summary>The last entry that was appended in this epoch.</summary>
    public required long LastMs { get; init; }

    public required long LastSeq { get; init; }

    /// <summary>Up to here every subscriber has acknowledged.</summary>
    public required long WatermarkMs { get; init; }

    public required long WatermarkSeq { get; init; }
}

internal static class EventBusModel
{
    // Tables and columns are named here and not left to a convention: the bus's own SQL names them too.
    public static ModelBuilder Add(ModelBuilder model) => model
        .Entity<OutboxMessage>(row =>
        {
            row.ToTable("outbox").HasKey(m => m.Id).HasName("pk_outbox");
            // Every published row is updated once or twice. Vacuumed often, the index of the unpublished stays a page or two.
            row.HasStorageParameter("autovacuum_vacuum_scale_factor", 0.02);
            row.Property(m => m.Id).HasColumnName("id").ValueGeneratedNever();
            row.Property(m => m.Type).HasColumnName("type");
            row.Property(m => m.Subject).HasColumnName("subject");
            row.Property(m => m.Time).HasColumnName("time");
            row.Property(m => m.TraceParent).HasColumnName("trace_parent");
            row.Property(m => m.Data).HasColumnName("data");
            row.Property(m => m.EntryMs).HasColumnName("entry_ms");
            row.Property(m => m.EntrySeq).HasColumnName("entry_seq");
            row.Property(m => m.Epoch).HasColumnName("epoch");
            row.Property(m => m.PublishedAt).HasColumnName("published_at");
            row.Property(m => m.DoneAt).HasColumnName("done_at");
            row.HasIndex(m => m.Id, "ix_outbox_unpublished").HasFilter("published_at IS NULL");
            row.HasIndex(m => new { m.EntryMs, m.EntrySeq }, "ix_outbox_undone").HasFilter("published_at IS NOT NULL AND done_at IS NULL");
        })
        .Entity<RelayState>(row =>
        {
            row.ToTable("relay_state").HasKey(s => s.Publisher).HasName("pk_relay_state");
            row.Property(s => s.Publisher).HasColumnName("publisher");
            row.Property(s => s.Epoch).HasColumnName("epoch");
            row.Property(s => s.LastMs).HasColumnName("last_ms");
            row.Property(s => s.LastSeq).HasColumnName("last_seq");
            row.Property(s => s.WatermarkMs).HasColumnName("watermark_ms");
            row.Property(s => s.WatermarkSeq).HasColumnName("watermark_seq");
        })
        .Entity<InboxMessage>(row =>
        {
            row.ToTable("inbox").HasKey(m => m.Id).HasName("pk_inbox");
            row.Property(m => m.Id).HasColumnName("id").ValueGeneratedNever();
            row.Property(m => m.HandledAt).HasColumnName("handled_at");
        })
        .Entity<EventTry>(row =>
        {
            row.ToTable("event_tries").HasKey(t => t.Id).HasName("pk_event_tries");
            row.Property(t => t.Id).HasColumnName("id").ValueGeneratedNever();
            row.Property(t => t.Tries).HasColumnName("tries");
            row.Property(t => t.TriedAt).HasColumnName("tried_at");
            row.Property(t => t.Error).HasColumnName("error");
        })
        .Entity<DeadLetter>(row =>
        {
            row.ToTable("dead_letters").HasKey(l => l.Id).HasName("pk_dead_letters");
            row.Property(l => l.Id).HasColumnName("id").ValueGeneratedNever();
            row.Property(l => l.Publisher).HasColumnName("publisher");
            row.Property(l => l.EntryId).HasColumnName("entry_id");
            row.Property(l => l.Type).HasColumnName("type");
            row.Property(l => l.Subject).HasColumnName("subject");
            row.Property(l => l.Fields).HasColumnName("fields");
            row.Property(l => l.Error).HasColumnName("error");
            row.Property(l => l.Tries).HasColumnName("tries");
            row.Property(l => l.ParkedAt).HasColumnName("parked_at");
        });
}
