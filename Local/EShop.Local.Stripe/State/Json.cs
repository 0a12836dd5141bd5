using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace EShop.Local.Stripe;

/// <summary>Stripe's JSON: snake_case, integers as integers, absent values as null.</summary>
internal static class Json
{
    public static StripeJson Context { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static JsonElement Element(object value) => JsonSerializer.SerializeToElement(value, value.GetType(), Context);

    public static JsonNode Node(object value) => JsonSerializer.SerializeToNode(value, value.GetType(), Context)!;

    /// <summary>Reads an object back from the journal by its <c>object</c> member.</summary>
    public static IStored Stored(JsonElement element) => (IStored)element.Deserialize(element.GetProperty("object").GetString() switch
    {
        "payment_intent" => Context.PaymentIntent,
        "charge" => Context.Charge,
        "refund" => Context.Refund,
        "dispute" => Context.Dispute,
        "payment_method" => Context.PaymentMethod,
        "customer" => Context.Customer,
        "event" => Context.Event,
        "delivery" => Context.Delivery,
        "stored_answer" => Context.StoredAnswer,
        var other => throw new JsonException($"The journal holds an unknown object: {other}."),
    })!;
}

[JsonSerializable(typeof(PaymentIntent))]
[JsonSerializable(typeof(Charge))]
[JsonSerializable(typeof(Refund))]
[JsonSerializable(typeof(Dispute))]
[JsonSerializable(typeof(PaymentMethod))]
[JsonSerializable(typeof(Customer))]
[JsonSerializable(typeof(DeletedCustomer))]
[JsonSerializable(typeof(BalanceTransaction))]
[JsonSerializable(typeof(Event))]
[JsonSerializable(typeof(Delivery))]
[JsonSerializable(typeof(StoredAnswer))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(IEnumerable<JsonElement>))]
internal sealed partial class StripeJson : JsonSerializerContext;
