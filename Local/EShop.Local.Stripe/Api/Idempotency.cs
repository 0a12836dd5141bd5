using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EShop.Local.Stripe;

/// <summary>The first answer given under an idempotency key. It is written in the commit of the call's effect, so a kill leaves both or none.</summary>
internal sealed record StoredAnswer : IStored
{
    /// <summary>The key.</summary>
    public required string Id { get; init; }

    public string Object => "stored_answer";

    public required long Created { get; init; }

    public string Path { get; init; } = "";

    public string Parameters { get; init; } = "";

    public required int Status { get; init; }

    public required JsonElement Body { get; init; }

    /// <summary>Whether there is a key to keep it under, and something ran: failed validation is not kept.</summary>
    [JsonIgnore]
    public bool Kept { get; init; }

    /// <exception cref="Refusal">The key was first used for something else.</exception>
    public StoredAnswer Matching(string path, string parameters)
    {
        if (path != Path)
            throw Refusal.KeyReused(Id, $"for the same endpoint ('{Path}')");
        return parameters == Parameters ? this : throw Refusal.KeyReused(Id, "with the same parameters");
    }
}

/// <summary>Keys whose first call has not been answered yet; they belong to this process, so a restart frees them.</summary>
internal sealed class InFlightKeys
{
    private readonly ConcurrentDictionary<string, byte> _claimed = new();

    /// <summary>Holds the key until disposed.</summary>
    /// <exception cref="Refusal">409: another call holds it.</exception>
    public IDisposable? Claim(string? key)
    {
        if (key is null)
            return null;
        return _claimed.TryAdd(key, 0) ? new Claimed(this, key) : throw Refusal.KeyInUse(key);
    }

    private sealed class Claimed(InFlightKeys keys, string key) : IDisposable
    {
        public void Dispose() => keys._claimed.TryRemove(key, out _);
    }
}
