using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;

namespace EShop.ServiceDefaults;

/// <summary>How JSON is read and written at the edge: what is not exactly of the expected kind is refused rather than guessed.</summary>
internal static class StrictJson
{
    public static void Configure(JsonOptions options)
    {
        var json = options.SerializerOptions;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.AllowDuplicateProperties = false;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.Never;
        json.Converters.Add(new Text());
        json.Converters.Add(new Instant());
        json.Converters.Add(new Number());
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }

    // Postgres takes no NUL in a text, and half a surrogate pair is no UTF-8: both would come back as a 500 from deep inside.
    private sealed class Text : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Checked(reader.GetString());

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

        public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Checked(reader.GetString())!;

        public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

        private static string? Checked(string? text)
        {
            for (var i = 0; i < text?.Length; i++)
            {
                if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i]))))
                    throw new JsonException("A text holds a character that can't be stored.");
            }

            return text;
        }
    }

    // More digits than a decimal holds would be rounded away in silence, and with them the rule that an amount has no more decimals than its currency.
    private sealed class Number : JsonConverter<decimal>
    {
        private const int MostDigits = 28;

        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var digits = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
            return digits <= MostDigits ? reader.GetDecimal() : throw new JsonException("A number has more digits than are counted here.");
        }

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
    }

    private sealed class Instant : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
    }
}
