using System.Collections.Concurrent;

namespace EShop.Products.Stock;

/// <summary>Products whose row was changed by this process since they were last looked at. A hint and no more: what it forgets in a crash is found by looking at all of them.</summary>
internal sealed class MovedStock
{
    private readonly ConcurrentDictionary<Guid, bool> _moved = new();

    public void Add(IEnumerable<Guid> productIds)
    {
        foreach (var id in productIds)
            _moved[id] = true;
    }

    public Guid[] Take()
    {
        var taken = _moved.Keys.ToArray();
        foreach (var id in taken)
            _moved.TryRemove(id, out _);
        return taken;
    }
}
