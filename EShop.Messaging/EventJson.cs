using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EShop.Messaging;

/// <summary>How the data of an event is written and read.</summary>
public static class EventJson
{
    /// <summary>camelCase members, letters of every language as they are, and strict when reading: a member that is missing or null where it may not be makes an event
    /// unreadable, instead of an order without lines. Members that this version does not know are ignored, since members are only ever added.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            NumberHandling = JsonNumberHandling.Strict,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
