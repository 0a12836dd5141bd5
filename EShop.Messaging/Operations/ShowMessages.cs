using EShop.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using StackExchange.Redis;

namespace EShop.Messaging;

/// <summary>How a service stands with the bus.</summary>
internal sealed record MessagesView(string Service, OutboxView Outbox, BrokerView Broker, IReadOnlyList<SubscriberView> Subscribers, long DeadLetters);

/// <summary>What is told, and how far.</summary>
/// <param name="Backlog">Rows that wait to be published.</param>
/// <param name="OldestAge">Seconds since the oldest of them was written; null where none waits.</param>
/// <param name="Unacknowledged">Rows that are published and that not every subscriber is known to have acknowledged.</param>
internal sealed record OutboxView(long Backlog, double? OldestAge, long Unacknowledged);

/// <summary>Whether Redis is there, and in which life of the stream.</summary>
/// <param name="State"><c>up</c>, <c>away</c>, or <c>forgot</c>: its epoch is not the one that the database knows, which the relay is about to notice.</param>
/// <param name="Epoch">The epoch that the database knows; null before the first event.</param>
internal sealed record BrokerView(string State, Guid? Epoch);

/// <summary>Who reads the stream.</summary>
/// <param name="Declared">Whether <see cref="Subscribers"/> names it.</param>
/// <param name="Present">Whether its group is there; null where the broker does not say.</param>
/// <param name="Lag">Entries that it has not acknowledged; null where the broker does not say.</param>
internal sealed record SubscriberView(string Name, bool Declared, bool? Present, long? Lag);

internal static class ShowMessages
{
    // Together with the database it has to fit into the 4.5 s of a request.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<Ok<MessagesView>> HandleAsync<TContext>(
        EventBus bus, Broker broker, NpgsqlDataSource database, DeadLetters<TContext> letters, TimeProvider clock, CancellationToken cancellationToken)
        where TContext : DbContext
    {
        var (outbox, epoch) = await OutboxAsync(bus, database, clock, cancellationToken);
        var (state, subscribers) = await SubscribersAsync(bus.Service, broker, epoch, cancellationToken);
        return TypedResults.Ok(new MessagesView(bus.Service, outbox, new(state, epoch), subscribers, await letters.CountAsync(cancellationToken)));
    }

    private static async Task<(OutboxView Outbox, Guid? Epoch)> OutboxAsync(EventBus bus, NpgsqlDataSource database, TimeProvider clock, CancellationToken cancellationToken)
    {
        await using var read = database.CreateCommand(
            """
            SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL), (SELECT min(time) FROM outbox WHERE published_at IS NULL),
                (SELECT count(*) FROM outbox WHERE published_at IS NOT NULL AND done_at IS NULL), (SELECT epoch FROM relay_state WHERE publisher = $1)
            """);
        read.Parameters.Add(new() { Value = bus.Service });
        await using var reader = await read.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var oldest = await reader.IsDBNullAsync(1, cancellationToken) ? null : await reader.GetFieldValueAsync<DateTimeOffset?>(1, cancellationToken);
        return (
            new(reader.GetInt64(0), oldest is { } time ? Math.Max(0, (clock.GetUtcNow() - time).TotalSeconds) : null, reader.GetInt64(2)),
            await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetGuid(3));
    }

    private static async Task<(string State, IReadOnlyList<SubscriberView> Subscribers)> SubscribersAsync(
        string service, Broker broker, Guid? epoch, CancellationToken cancellationToken)
    {
        var declared = Subscribers.Of.GetValueOrDefault(service) ?? [];
        try
        {
            var redis = await broker.SharedAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
            var groups = await GroupsAsync(redis, EventKind.StreamOf(service)).WaitAsync(Patience, cancellationToken);
            var known = await redis.StringGetAsync(EventKind.StreamOf(service) + ":epoch").WaitAsync(Patience, cancellationToken);
            return (
                (string?)known == epoch?.ToString() ? "up" : "forgot",
                [.. declared.Union(groups.Keys).Select(name => new SubscriberView(name, declared.Contains(name), groups.ContainsKey(name), groups.GetValueOrDefault(name)))]);
        }
        catch (Exception away) when (away is RedisException or TimeoutException)
        {
            return ("away", [.. declared.Select(name => new SubscriberView(name, Declared: true, Present: null, Lag: null))]);
        }
    }

    private static async Task<Dictionary<string, long?>> GroupsAsync(IDatabase redis, string stream) =>
        await redis.KeyExistsAsync(stream) ? (await redis.StreamGroupInfoAsync(stream)).ToDictionary(group => group.Name, group => group.PendingMessageCount + group.Lag) : [];
}
