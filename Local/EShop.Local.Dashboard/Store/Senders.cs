using System.Collections.Concurrent;

namespace EShop.Local.Dashboard.Store;

/// <summary>Every resource that has sent something, for the filters of the pages.</summary>
internal sealed class Senders
{
    // A name is what a sender says; without an end to it the list would be the one thing that is not bounded.
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<string, bool> _names = new();
    private readonly ConcurrentDictionary<(string, string), Source> _sources = new();

    public IEnumerable<string> Names => _names.Keys.Order(StringComparer.Ordinal);

    public Source Of(string service, string instance)
    {
        if (_sources.TryGetValue((service, instance), out var known))
            return known;
        if (_sources.Count >= Most)
            _sources.Clear();
        if (_names.Count < Most)
            _names.TryAdd(service, true);
        return _sources.GetOrAdd((service, instance), new Source(service, instance));
    }
}
