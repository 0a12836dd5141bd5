using System.Collections.Concurrent;

namespace EShop.Products.Catalog;

/// <summary>The finished bytes of what is asked for all the time: single products and pages of the catalogue.
/// <para>An answer is dropped when this process commits a change (<see cref="Changed"/>), and anyway half a second after its reading began, which bounds how far it may be behind
/// a change made by another replica. It is only ever as old as the stamp it was read under: a reading that began before a change ends is not given to whoever asks after it.</para></summary>
internal sealed class HotAnswers(TimeProvider clock)
{
    private const long MostBytes = 16 << 20;
    private const int MostEntries = 10_000;
    private static readonly TimeSpan Life = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Guid, Entry> _products = new();
    private readonly ConcurrentDictionary<string, Entry> _pages = new(StringComparer.Ordinal);

    // Products share stamps by their hash: now and then one is read again for another's change, and nothing ever needs to be removed.
    private readonly long[] _productStamps = new long[1024];
    private long _pageStamp;
    private long _bytes;

    public Task<Answer?> ProductAsync(Guid id, Func<Task<Answer?>> read) => GetAsync(_products, id, ref StampOf(id), read);

    public Task<Answer?> PageAsync(string query, Func<Task<Answer?>> read) => GetAsync(_pages, query, ref _pageStamp, read);

    /// <summary>To be called after the commit, before anybody is told of it.</summary>
    public void Changed(IEnumerable<Guid> productIds)
    {
        foreach (var id in productIds)
            Interlocked.Increment(ref StampOf(id));
        Interlocked.Increment(ref _pageStamp);
    }

    private ref long StampOf(Guid id) => ref _productStamps[(uint)id.GetHashCode() % (uint)_productStamps.Length];

    private Task<Answer?> GetAsync<TKey>(ConcurrentDictionary<TKey, Entry> entries, TKey key, ref long stamp, Func<Task<Answer?>> read)
        where TKey : notnull
    {
        while (true)
        {
            var current = Volatile.Read(ref stamp);
            var known = entries.TryGetValue(key, out var entry);
            if (known && entry!.Stamp == current && clock.GetElapsedTime(entry.Since) < Life)
                return entry.Reading.Value;

            // Many ask at once for what has just been dropped: one of them reads, the others wait for it.
            Entry? fresh = null;
            fresh = new Entry(current, clock.GetTimestamp(), new Lazy<Task<Answer?>>(() => ReadAsync(entries, key, fresh!, read)));
            if (known ? entries.TryUpdate(key, fresh, entry!) : entries.TryAdd(key, fresh))
                return fresh.Reading.Value;
        }
    }

    private async Task<Answer?> ReadAsync<TKey>(ConcurrentDictionary<TKey, Entry> entries, TKey key, Entry entry, Func<Task<Answer?>> read)
        where TKey : notnull
    {
        var kept = false;
        try
        {
            var answer = await read();
            kept = answer is not null;
            if (answer is not null && (Interlocked.Add(ref _bytes, answer.Body.Length) > MostBytes || entries.Count > MostEntries))
                Clear();
            return answer;
        }
        finally
        {
            if (!kept)
                entries.TryRemove(KeyValuePair.Create(key, entry));
        }
    }

    /// <summary>Counted are all bytes read since the last time, so this comes early rather than late; what is hot is back after one reading.</summary>
    private void Clear()
    {
        _products.Clear();
        _pages.Clear();
        Interlocked.Exchange(ref _bytes, 0);
    }

    /// <summary>A finished body and its entity tag, where it has one.</summary>
    internal sealed record Answer(byte[] Body, string? ETag = null);

    private sealed record Entry(long Stamp, long Since, Lazy<Task<Answer?>> Reading);
}
