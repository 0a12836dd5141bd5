using System.Text.Json;

namespace EShop.Local.Stripe;

/// <summary>What one call writes: all of it reaches the ledger and the journal, or none.</summary>
internal sealed class Commit(Ledger ledger, DateTimeOffset now)
{
    private readonly List<IStored> _puts = [];

    public Ledger Ledger => ledger;

    public DateTimeOffset Now => now;

    public IReadOnlyList<IStored> Puts => _puts;

    public T Put<T>(T item) where T : IStored
    {
        _puts.Add(item);
        return item;
    }

    /// <summary>Records an event with a snapshot of the object, and its delivery if webhooks are configured.</summary>
    public void Emit(string type, IStored about, Caller? caller)
    {
        var happened = Put(new Event
        {
            Id = Ids.New("evt_"),
            Created = now.ToUnixTimeSeconds(),
            Type = type,
            Data = new EventData(Json.Element(about)),
            Request = new EventRequest(caller?.RequestId, caller?.IdempotencyKey),
        });
        if (ledger.NewDelivery(happened, happened.Data.OrderOf(Find)) is { } delivery)
            Put(delivery);
    }

    /// <summary>An object as this call sees it: what it has put itself, else what the ledger holds.</summary>
    public IStored? Find(string id) => _puts.FindLast(item => item.Id == id && item is not Delivery) ?? ledger.Find(id);

    /// <summary>Takes back everything: the call was refused.</summary>
    public void Clear() => _puts.Clear();

    public byte[] Line() => JsonSerializer.SerializeToUtf8Bytes(_puts.Select(Json.Element), Json.Context.IEnumerableJsonElement);
}

/// <summary>Who caused an event: the request's id and its idempotency key.</summary>
internal sealed record Caller(string RequestId, string? IdempotencyKey);
