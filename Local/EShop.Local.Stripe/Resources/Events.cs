using System.Text.Json;
using System.Text.Json.Serialization;

namespace EShop.Local.Stripe;

/// <summary>Something happened, with the object as it was then.</summary>
internal sealed record Event : IStored
{
    public required string Id { get; init; }

    public string Object => "event";

    public string ApiVersion { get; } = StripeApi.Version;

    public required long Created { get; init; }

    public bool Livemode { get; }

    /// <summary>1 until the webhook endpoint took it. Filled in when the event is shown or sent, not stored.</summary>
    public long PendingWebhooks { get; init; }

    public required EventRequest Request { get; init; }

    public required string Type { get; init; }

    public required EventData Data { get; init; }
}

internal sealed record EventData(JsonElement Object)
{
    /// <summary>The order whose intent it is about, by <c>metadata[orderId]</c>; null where it is about none.</summary>
    /// <param name="find">Finds an object by its id.</param>
    public string? OrderOf(Func<string, IStored?> find)
    {
        var kind = Object.GetProperty("object").GetString();
        if (kind is not ("payment_intent" or "charge" or "refund" or "dispute"))
            return null;
        var id = Object.GetProperty(kind == "payment_intent" ? "id" : "payment_intent").GetString()!;
        return (find(id) as PaymentIntent)?.Metadata.GetValueOrDefault("orderId");
    }
}

/// <summary>The call that caused it; both null when nobody called.</summary>
internal sealed record EventRequest(string? Id, string? IdempotencyKey);

internal static class DeliveryState
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";

    /// <summary>Three days of tries did not get through.</summary>
    public const string Abandoned = "abandoned";

    /// <summary>Webhooks were switched off when it happened: it is never sent.</summary>
    public const string Suppressed = "suppressed";
}

/// <summary>Where the delivery of one event to the webhook endpoint stands.</summary>
internal sealed record Delivery : IStored
{
    /// <summary>The event's id.</summary>
    public required string Id { get; init; }

    public string Object => "delivery";

    public required long Created { get; init; }

    public required string State { get; init; }

    /// <summary>How often it is sent: 2 when duplicates were switched on.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>Milliseconds before it is sent first: where webhooks were switched to be late or reordered.</summary>
    public int WaitMs { get; init; }

    public int Attempts { get; init; }

    /// <summary>The endpoint's last status, or why there was none.</summary>
    public string? LastAnswer { get; init; }

    [JsonIgnore]
    public bool IsPending => State == DeliveryState.Pending;
}

/// <summary><c>/v1/events</c>.</summary>
internal static class Events
{
    public static object List(Call call)
    {
        List<string> types = [.. call.Parameters.Many("types")];
        if (call.Parameters.Text("type") is { } type)
            types.Add(type);
        return Lists.Page(call, "event", call.Ledger.Events, call.Ledger.Events.NewestFirst()
            .Where(happened => types.Count == 0 || types.Exists(type => Matches(type, happened.Type))).Select(happened => Shown(call.Ledger, happened)));
    }

    public static object Get(Call call) => call.Ledger.Events.TryGet(call.Id, out var happened) ? Shown(call.Ledger, happened) : throw Refusal.NotFound("event", call.Id, "id");

    private static Event Shown(Ledger ledger, Event happened) =>
        happened with { PendingWebhooks = ledger.Deliveries.TryGet(happened.Id, out var delivery) && delivery.IsPending ? 1 : 0 };

    /// <summary><c>charge.*</c> stands for all events of charges.</summary>
    private static bool Matches(string pattern, string type) => pattern.EndsWith(".*", StringComparison.Ordinal) ? type.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == type;
}
