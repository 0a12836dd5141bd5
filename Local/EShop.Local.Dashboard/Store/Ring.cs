namespace EShop.Local.Dashboard.Store;

/// <summary>The last so many of something, oldest first; memory grows only as far as it is used. Not for several threads.</summary>
internal sealed class Ring<T>(int capacity)
{
    private T[] _items = new T[Math.Min(capacity, 64)];
    private int _first;

    public int Count { get; private set; }

    public T this[int index] => _items[(_first + index) % _items.Length];

    public bool IsFull => Count == capacity;

    /// <summary>Adds at the end; the caller has made room.</summary>
    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            var more = new T[Math.Min(capacity, _items.Length * 2)];
            CopyTo(more);
            (_items, _first) = (more, 0);
        }

        _items[(_first + Count++) % _items.Length] = item;
    }

    /// <summary>Takes the oldest out.</summary>
    public T Take()
    {
        var item = _items[_first];
        _items[_first] = default!;
        _first = (_first + 1) % _items.Length;
        Count--;
        return item;
    }

    public T[] ToArray()
    {
        var copy = new T[Count];
        CopyTo(copy);
        return copy;
    }

    private void CopyTo(T[] target)
    {
        var untilEnd = Math.Min(Count, _items.Length - _first);
        Array.Copy(_items, _first, target, 0, untilEnd);
        Array.Copy(_items, 0, target, untilEnd, Count - untilEnd);
    }
}
