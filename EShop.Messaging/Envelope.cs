using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace EShop.Messaging;

/// <summary>One entry of a stream: its id and its fields as they came.</summary>
internal sealed record Entry(string Id, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>The entry's fields as a JSON object: what a dead letter keeps.</summary>
    public string ToJson() => JsonSerializer.Serialize(Fields, EventJson.Options);
}

/// <summary>A CloudEvent 1.0 as the fields of a stream entry.</summary>
internal sealed record Envelope(Guid Id, string Type, string Subject, DateTimeOffset Time, string? TraceParent, string Data)
{
    /// <summary>Fields of an entry, in the order in which the values of <see cref="Values"/> come.</summary>
    public static readonly string[] Names = ["id", "source", "type", "subject", "time", "traceparent", "specversion", "datacontenttype", "data"];

    public static IEnumerable<RedisValue> Values(OutboxMessage row, string publisher, string? traceParent) =>
    [
        row.Id.ToString(), "/" + publisher, row.Type, row.Subject,
        row.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFK", CultureInfo.InvariantCulture),
        traceParent ?? "", "1.0", "application/json", row.Data,
    ];

    /// <summary>The event's id, if the entry has one that can be read.</summary>
    public static Guid? IdOf(Entry entry) => entry.Fields.TryGetValue("id", out var text) && Guid.TryParse(text, out var id) ? id : null;

    /// <exception cref="FormatException">A field is missing or says nothing that can be understood.</exception>
    public static Envelope Read(Entry entry)
    {
        var id = IdOf(entry) ?? throw new FormatException("The entry has no id, or one that is no UUID.");
        if (!DateTimeOffset.TryParse(Field("time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw new FormatException("The entry's time is no instant.");
        return new(id, Field("type"), Field("subject"), time, entry.Fields.GetValueOrDefault("traceparent"), Field("data"));

        string Field(string name) => entry.Fields.TryGetValue(name, out var value) && value.Length > 0
            ? value
            : throw new FormatException($"The entry has no {name}.");
    }
}
