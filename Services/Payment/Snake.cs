using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace EShop.Payment;

/// <summary>Enum values as they stand in the database, in events and in JSON: snake_case.</summary>
internal static class Snake
{
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    public static bool TryParse<T>(string text, out T value)
        where T : struct, Enum => Names<T>.ByName.TryGetValue(text, out value);

    public static T Parse<T>(string text)
        where T : struct, Enum => Names<T>.ByName[text];

    internal sealed class Converter<T>() : ValueConverter<T, string>(value => Of(value), text => Parse<T>(text))
        where T : struct, Enum;

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue = Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly Dictionary<string, T> ByName = ByValue.ToDictionary(pair => pair.Value, pair => pair.Key);
    }
}
