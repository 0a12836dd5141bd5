using System.Diagnostics.CodeAnalysis;

namespace EShop.Local.Stripe;

/// <summary>All objects of one kind, in the order of their creation. Guarded by the ledger's lock.</summary>
/// <param name="owner">The id of the object this kind is looked up by; it never changes once an object is stored.</param>
internal sealed class Table<T>(Func<T, string?>? owner = null) where T : class, IStored
{
    private readonly Dictionary<string, T> _byId = [];
    private readonly List<string> _order = [];
    private readonly Dictionary<string, List<string>> _byOwner = [];

    public int Count => _order.Count;

    public bool TryGet(string id, [NotNullWhen(true)] out T? found) => _byId.TryGetValue(id, out found);

    public T this[string id] => _byId[id];

    public void Put(T item)
    {
        var known = _byId.ContainsKey(item.Id);
        _byId[item.Id] = item;
        if (known)
            return;
        _order.Add(item.Id);
        if (owner?.Invoke(item) is not { } key)
            return;
        if (!_byOwner.TryGetValue(key, out var owned))
            _byOwner[key] = owned = [];
        owned.Add(item.Id);
    }

    public IEnumerable<T> OldestFirst() => _order.Select(id => _byId[id]);

    public IEnumerable<T> NewestFirst() => Backwards(_order);

    public IEnumerable<T> NewestFirst(string ownedBy) => _byOwner.TryGetValue(ownedBy, out var owned) ? Backwards(owned) : [];

    private IEnumerable<T> Backwards(List<string> ids)
    {
        for (var i = ids.Count - 1; i >= 0; i--)
            yield return _byId[ids[i]];
    }
}
