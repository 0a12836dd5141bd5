using System.Globalization;
using StackExchange.Redis;

namespace EShop.Messaging;

/// <summary>The id of a stream entry: milliseconds and a counter within them.</summary>
internal readonly record struct EntryId(long Ms, long Seq) : IComparable<EntryId>
{
    public static EntryId Parse(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return new(long.Parse(text.AsSpan(0, dash), CultureInfo.InvariantCulture), long.Parse(text.AsSpan(dash + 1), CultureInfo.InvariantCulture));
    }

    /// <summary>The id right before this one.</summary>
    public EntryId Before() => Seq > 0 ? new(Ms, Seq - 1) : new(Ms - 1, long.MaxValue);

    public int CompareTo(EntryId other) => (Ms, Seq).CompareTo((other.Ms, other.Seq));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ms}-{Seq}");
}

/// <summary>The publisher's side of a stream. Each call is one script, so that what it checks still holds when it acts.</summary>
internal sealed class EventStream(string publisher)
{
    private const string LastId = """
        local function last_id()
          if redis.call('EXISTS', KEYS[1]) == 0 then return '0-0' end
          local info = redis.call('XINFO', 'STREAM', KEYS[1])
          for i = 1, #info, 2 do
            if info[i] == 'last-generated-id' then return info[i + 1] end
          end
        end

        """;

    // Appends only to the stream as it was left: the epoch is the one that Postgres knows, and the last id the one that was recorded. Otherwise Redis lost something
    // (or a relay died before it recorded), and after a single append the last id alone would look newer than ever.
    private const string AppendScript = LastId + """
        if redis.call('GET', KEYS[2]) ~= ARGV[1] or last_id() ~= ARGV[2] then return false end
        local names = {'id', 'source', 'type', 'subject', 'time', 'traceparent', 'specversion', 'datacontenttype', 'data'}
        local ids = {}
        for at = 3, #ARGV, #names do
          local fields = {}
          for i = 1, #names do
            if ARGV[at + i - 1] ~= '' then
              fields[#fields + 1] = names[i]
              fields[#fields + 1] = ARGV[at + i - 1]
            end
          end
          ids[#ids + 1] = redis.call('XADD', KEYS[1], '*', unpack(fields))
        end
        return ids
        """;

    // An id never comes twice, not even where the broker's clock went back together with its memory: an acknowledgement or a trimming that was on its way while everything
    // was lost would otherwise hit another entry. (A group has to be made for a stream to be made without an entry.)
    private const string BeginScript = LastId + """
        redis.call('SET', KEYS[2], ARGV[1])
        local last = last_id()
        if tonumber(string.match(last, '^%d+')) >= tonumber(ARGV[2]) then return last end
        redis.call('XGROUP', 'CREATE', KEYS[1], 'begin', '0', 'MKSTREAM')
        redis.call('XGROUP', 'DESTROY', KEYS[1], 'begin')
        redis.call('XSETID', KEYS[1], ARGV[2] .. '-0')
        return ARGV[2] .. '-0'
        """;

    // One look at all groups: taken one after the other, an entry could pass from one's undelivered to another's acknowledged between the looks.
    private const string AcknowledgedScript = LastId + """
        if redis.call('GET', KEYS[2]) ~= ARGV[1] or last_id() ~= ARGV[2] then return false end
        local answer = {}
        for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
          local info = {}
          for i = 1, #group, 2 do info[group[i]] = group[i + 1] end
          local pending = redis.call('XPENDING', KEYS[1], info['name'])
          answer[#answer + 1] = info['name']
          answer[#answer + 1] = pending[1] > 0 and pending[2] or ''
          answer[#answer + 1] = info['last-delivered-id']
        end
        return answer
        """;

    private readonly RedisKey[] _keys = [EventKind.StreamOf(publisher), EventKind.StreamOf(publisher) + ":epoch"];

    /// <summary>Appends rows in one call.</summary>
    /// <returns>The entries' ids, or null where the stream is not what it was: nothing was appended then.</returns>
    public async Task<IReadOnlyList<EntryId>?> AppendAsync(IDatabase redis, Guid epoch, EntryId last, IEnumerable<RedisValue> values)
    {
        var ids = await redis.ScriptEvaluateAsync(AppendScript, _keys, [epoch.ToString(), last.ToString(), .. values]);
        return ids.IsNull ? null : [.. ((string[])ids!).Select(EntryId.Parse)];
    }

    /// <summary>Begins a new life of the stream, whose ids are newer than <paramref name="floor"/> (milliseconds).</summary>
    /// <returns>The id that the next one will follow.</returns>
    public async Task<EntryId> BeginAsync(IDatabase redis, Guid epoch, long floor) =>
        EntryId.Parse((string)(await redis.ScriptEvaluateAsync(BeginScript, _keys, [epoch.ToString(), floor]))!);

    /// <summary>Up to where each group has acknowledged everything.</summary>
    /// <returns>Null where the stream is not as it was left.</returns>
    public async Task<IReadOnlyDictionary<string, EntryId>?> AcknowledgedAsync(IDatabase redis, Guid epoch, EntryId last)
    {
        var groups = await redis.ScriptEvaluateAsync(AcknowledgedScript, _keys, [epoch.ToString(), last.ToString()]);
        return groups.IsNull
            ? null
            : ((string[])groups!).Chunk(3).ToDictionary(group => group[0], group => group[1].Length > 0 ? EntryId.Parse(group[1]).Before() : EntryId.Parse(group[2]));
    }

    /// <summary>Drops the entries before this one. They are done; their rows are kept a while longer.</summary>
    public Task TrimAsync(IDatabase redis, EntryId before) => redis.ExecuteAsync("XTRIM", _keys[0], "MINID", "~", before.ToString());
}
