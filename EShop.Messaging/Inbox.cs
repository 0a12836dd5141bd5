using System.Diagnostics;
using EShop.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace EShop.Messaging;

/// <summary>An event as it came for this service, with what handles it.</summary>
internal sealed record Delivery(Entry Entry, Envelope Envelope, Subscription Subscription, IEvent Event);

/// <summary>Applies events exactly once: their ids, their effects and what those publish are one transaction.</summary>
internal sealed class Inbox<TContext>(EventBus bus, BusMetrics metrics, IServiceScopeFactory scopes, TimeProvider clock)
    where TContext : DbContext
{
    /// <summary>Applies what is new among the deliveries and commits. When it returns, every one of them may be acknowledged.</summary>
    /// <exception cref="Exception">Nothing was applied, or the connection was lost at the commit: in both cases the same may be tried again.</exception>
    public async Task ApplyAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        // A single event's span covers its whole transaction; those of a batch, which share one, cover their handlers.
        using var only = deliveries.Count == 1 ? Start(deliveries[0]) : null;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var services = scope.ServiceProvider;
            var db = services.GetRequiredService<TContext>();
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            var taken = await TakeAsync(db, deliveries.Select(d => d.Envelope.Id), clock.GetUtcNow(), cancellationToken);
            // An id that came twice in one batch is taken once.
            var fresh = deliveries.Where(d => taken.Remove(d.Envelope.Id)).ToList();
            if (fresh.Count > 0)
                await HandleAsync(services, fresh, spans: only is null, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            fresh.ForEach(d => metrics.Consumed(d.Subscription.Publisher, d.Envelope));
        }
        catch (Exception failure)
        {
            Telemetry.Fail(only, failure);
            throw;
        }
    }

    /// <summary>Locks what the events will change, has them handled and saves, in the transaction that is open.</summary>
    /// <param name="services">The scope whose context has the transaction.</param>
    /// <param name="fresh">Events whose ids were just taken.</param>
    /// <param name="spans">Whether each handler gets a span of its own.</param>
    public async Task HandleAsync(IServiceProvider services, IReadOnlyList<Delivery> fresh, bool spans, CancellationToken cancellationToken)
    {
        List<IEvent> events = [.. fresh.Select(delivery => delivery.Event)];
        foreach (var locks in services.GetServices<ILockRows>())
            await locks.LockAsync(events, cancellationToken);
        foreach (var delivery in fresh)
        {
            using var span = spans ? Start(delivery) : null;
            try
            {
                await delivery.Subscription.HandleAsync(services, delivery.Event, cancellationToken);
            }
            catch (Exception failure)
            {
                Telemetry.Fail(span, failure);
                throw;
            }
        }

        await services.GetRequiredService<TContext>().SaveChangesAsync(cancellationToken);
    }

    private Activity? Start(Delivery delivery) => Telemetry.Process(delivery.Subscription.Publisher, bus.Service, delivery.Envelope);

    // Sorted, so that two replicas with the same ids wait for each other in one order and never in a circle. Whoever waits here finds the id taken.
    private static async Task<HashSet<Guid>> TakeAsync(TContext db, IEnumerable<Guid> ids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var take = new NpgsqlCommand(
            """
            WITH tried AS (DELETE FROM event_tries WHERE id = ANY ($1))
            INSERT INTO inbox (id, handled_at) SELECT DISTINCT id, $2 FROM unnest($1) AS id ORDER BY id ON CONFLICT DO NOTHING RETURNING id
            """,
            (NpgsqlConnection)db.Database.GetDbConnection(),
            (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction())
        {
            Parameters =
            {
                new() { Value = ids.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = now },
            },
        };
        var taken = new HashSet<Guid>();
        await using var reader = await take.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            taken.Add(reader.GetGuid(0));
        return taken;
    }
}
