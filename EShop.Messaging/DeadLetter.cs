using System.Text.Json;

namespace EShop.Messaging;

/// <summary>An event that stood in the way of the others: it could not be read, or its handler failed as often as it may. It waits here for an operator.</summary>
public sealed class DeadLetter
{
    /// <summary>The event's id; made from the entry's where the event had none that could be read.</summary>
    public required Guid Id { get; init; }

    /// <summary>The service that published it.</summary>
    public required string Publisher { get; init; }

    /// <summary>Its entry in the publisher's stream when it was parked, for example <c>1700000000000-0</c>.</summary>
    public required string EntryId { get; init; }

    /// <summary>The event's type, if it had one.</summary>
    public string? Type { get; init; }

    /// <summary>The event's subject, if it had one.</summary>
    public string? Subject { get; init; }

    /// <summary>Every field of the stream entry, as a JSON object.</summary>
    public required string Fields { get; init; }

    /// <summary>What went wrong last.</summary>
    public required string Error { get; set; }

    /// <summary>How often its handler was tried; 0 where it could not be read at all.</summary>
    public required int Tries { get; set; }

    /// <summary>When it was parked.</summary>
    public required DateTimeOffset ParkedAt { get; init; }

    internal Entry ToEntry() => new(EntryId, JsonSerializer.Deserialize<Dictionary<string, string>>(Fields, EventJson.Options)!);
}
