using StackExchange.Redis;

namespace EShop.Messaging;

/// <summary>The subscriber's side of one stream: reads it for the service's group, under this process's own consumer name.</summary>
internal sealed class StreamReader(Broker broker, EventBus bus, string publisher) : IAsyncDisposable
{
    // Claimed by somebody else meanwhile, an entry is not taken back: it is renewed only while it is still ours.
    private const string RenewScript = """
        for i = 3, #ARGV do
          if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2]) > 0 then
            redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
          end
        end
        """;

    // Removing a consumer throws its pending entries away, so only one that has none is removed.
    private const string LeaveScript = """
        if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then return 0 end
        redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
        return 1
        """;

    private static readonly Dictionary<string, string> Gone = [];

    private readonly string _stream = EventKind.StreamOf(publisher);
    private ConnectionMultiplexer? _own;

    /// <summary>Creates the group at the beginning of the stream, so that nothing published before it is missed.</summary>
    public async Task CreateGroupAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (await broker.SharedAsync(cancellationToken)).StreamCreateConsumerGroupAsync(_stream, bus.Service, "0", createStream: true);
        }
        catch (RedisServerException answer) when (answer.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // It is there already.
        }
    }

    /// <summary>Takes entries that nobody has had, waiting up to <paramref name="block"/> for the first, but not beyond <paramref name="stopping"/>.</summary>
    public async Task<IReadOnlyList<Entry>> ReadNewAsync(int count, TimeSpan block, CancellationToken stopping)
    {
        _own ??= await broker.ConnectReaderAsync();
        var redis = _own.GetDatabase();
        // Asked anew each time, since a connection that was lost comes back under another number.
        var client = redis.ExecuteAsync("CLIENT", "ID");
        // BLOCK 0 would wait for ever.
        var milliseconds = Math.Max(1, (long)block.TotalMilliseconds);
        var read = redis.ExecuteAsync("XREADGROUP", "GROUP", bus.Service, bus.Consumer, "COUNT", count, "BLOCK", milliseconds, "STREAMS", (RedisKey)_stream, ">");
        await using var registration = stopping.Register(() => _ = UnblockAsync(client, read));
        return Entries(await read);
    }

    // Not abandoned: what Redis hands out to a read that nobody hears stays pending until somebody claims it. A read that Redis won't let go ends by itself.
    private async Task UnblockAsync(Task<RedisResult> client, Task read)
    {
        try
        {
            var (redis, id) = (await broker.SharedAsync(CancellationToken.None), (long)await client);
            // Again while it has not come back: the first may overtake the read.
            for (var again = 0; again < 20 && !read.IsCompleted; again++)
            {
                await redis.ExecuteAsync("CLIENT", "UNBLOCK", id);
                await Task.WhenAny(read, Task.Delay(TimeSpan.FromMilliseconds(50)));
            }
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException or ObjectDisposedException)
        {
            return;
        }
    }

    /// <summary>Takes what was delivered to this process already and is not acknowledged, after the entry <paramref name="after"/>.</summary>
    public async Task<IReadOnlyList<Entry>> ReadOwnAsync(int count, string after, CancellationToken cancellationToken) =>
        Entries(await (await broker.SharedAsync(cancellationToken)).ExecuteAsync(
            "XREADGROUP", "GROUP", bus.Service, bus.Consumer, "COUNT", count, "STREAMS", (RedisKey)_stream, after));

    /// <summary>Takes over what others have held for longer than <paramref name="idle"/>: their process is dead or stuck.</summary>
    public async Task<(IReadOnlyList<Entry> Entries, string Next)> ClaimAsync(int count, TimeSpan idle, string from, CancellationToken cancellationToken)
    {
        var claimed = await (await broker.SharedAsync(cancellationToken)).StreamAutoClaimAsync(
            _stream, bus.Service, bus.Consumer, (long)idle.TotalMilliseconds, from, count);
        return ([.. claimed.ClaimedEntries.Select(e => new Entry(e.Id!, Fields(e.Values)))], (string?)claimed.NextStartId ?? "0-0");
    }

    /// <summary>Says that we are still at these entries, so that nobody claims them.</summary>
    public async Task RenewAsync(IEnumerable<string> ids, CancellationToken cancellationToken) =>
        await (await broker.SharedAsync(cancellationToken)).ScriptEvaluateAsync(
            RenewScript, [_stream], [bus.Service, bus.Consumer, .. ids.Select(id => (RedisValue)id)]);

    /// <summary>Acknowledges entries whose effect is committed.</summary>
    public async Task AcknowledgeAsync(IEnumerable<string> ids, CancellationToken cancellationToken) =>
        await (await broker.SharedAsync(cancellationToken)).StreamAcknowledgeAsync(_stream, bus.Service, [.. ids.Select(id => (RedisValue)id)]);

    /// <summary>How many entries of the stream the group has not acknowledged.</summary>
    public async Task<long> LagAsync(CancellationToken cancellationToken)
    {
        var group = (await (await broker.SharedAsync(cancellationToken)).StreamGroupInfoAsync(_stream)).FirstOrDefault(g => g.Name == bus.Service);
        return group.PendingMessageCount + (group.Lag ?? 0);
    }

    /// <summary>Removes the consumers that have not read for longer than <paramref name="idle"/> and hold nothing.</summary>
    public async Task RemoveDeadAsync(TimeSpan idle, CancellationToken cancellationToken)
    {
        var redis = await broker.SharedAsync(cancellationToken);
        foreach (var consumer in await redis.StreamConsumerInfoAsync(_stream, bus.Service))
        {
            if (consumer.PendingMessageCount == 0 && consumer.IdleTimeInMilliseconds > idle.TotalMilliseconds)
                await RemoveAsync(redis, consumer.Name);
        }
    }

    /// <summary>Removes this process's own name, if it holds nothing.</summary>
    public async Task LeaveAsync() => await RemoveAsync(await broker.SharedAsync(CancellationToken.None), bus.Consumer);

    public ValueTask DisposeAsync() => new(Broker.EndAsync(_own));

    private async Task RemoveAsync(IDatabase redis, string consumer) => await redis.ScriptEvaluateAsync(LeaveScript, [_stream], [bus.Service, consumer]);

    // [[stream, [[id, [name, value, …]], …]]], nil where nothing came, and nil fields where the entry itself is gone.
    private static List<Entry> Entries(RedisResult reply) => reply.IsNull ? [] : [.. ((RedisResult[])((RedisResult[])((RedisResult[])reply!)[0]!)[1]!).Select(entry =>
    {
        var fields = ((RedisResult[])entry!)[1];
        return new Entry((string)((RedisResult[])entry!)[0]!, fields.IsNull ? Gone : Fields([.. ((RedisValue[])fields!).Chunk(2).Select(pair => new NameValueEntry(pair[0], pair[1]))]));
    })];

    private static Dictionary<string, string> Fields(NameValueEntry[] values)
    {
        var fields = new Dictionary<string, string>(values.Length, StringComparer.Ordinal);
        foreach (var value in values)
            fields[value.Name.ToString()] = value.Value.ToString();
        return fields;
    }
}
