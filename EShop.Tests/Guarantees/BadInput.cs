using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace EShop.Tests.Guarantees;

/// <summary>Makes requests of an operation's OpenAPI document: some as the document wants them, most of them with something in them that it doesn't.</summary>
/// <param name="known">Ids of things that are there, so that not every request ends at 'not found'.</param>
internal sealed class BadInput(Random random, IReadOnlyList<string> known)
{
    private static readonly string[] Texts =
    [
        "", " ", "a", "null", "true", "-1", "0", "1", "999", "1.5", "1e400", "12.345", "99999999999999999999", "2147483648", "-9223372036854775809", "NaN", "0x10", "١٢", "12,5",
        "' OR 1=1 --", "'; DROP TABLE users; --", "../../etc/passwd", "%", "%s%n", "{0}", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "\"", "\\", "a\nb", "a\tb", "\u0000", "a\u0000b",
        "\u200b", "\ufeff", "\u202e", "é", "e\u0301", "ß", "İ", "Ω≈ç√", "日本語", "🐴", "👩‍👩‍👧", "\ud83d", "\udc34", "ana@example.com", "pm_card_visa", "customer", "admin", "newest", "-price",
        "2026-11-24T01:52:00Z", "00000000-0000-0000-0000-000000000000", "{7f3b1c9e-52d4-4c0e-9a65-0d1f6f1f2a3b}", "7F3B1C9E52D44C0E9A650D1F6F1F2A3B", "https://example.com/a", "javascript:alert(1)", "ES", "EUR", "en-XX",
    ];

    private static readonly string[] Json =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "2147483647", "2147483648", "99999999999999999999", "1e400", "-1e-400", "0.1", "0.001", "1.00000000000000000000000000001", "12.5", "\"\"", "\"12\"",
        "[]", "{}", "[[]]", "[null]", "[1,2]", "{\"a\":1}", "\"\\ud800\"", "\"\\u0000\"", "\"2026-13-45T99:99:99Z\"",
    ];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "QUERY", "BREW"];

    private static readonly string[] MediaTypes = ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/json; charset=nonsense", "application/vnd.api+json"];

    /// <param name="headers">Further headers: who asks, and from where.</param>
    public HttpRequestMessage Next(Operation operation, params (string Name, string Value)[] headers)
    {
        var path = operation.At(_ => Uri.EscapeDataString(Sane(Id()).Replace("\u0000", "", StringComparison.Ordinal)));
        var query = string.Join('&', operation.Parameters("query").Where(_ => Often(2)).Select(parameter => $"{Name(parameter)}={Escaped(Value(operation, parameter.GetProperty("schema")))}"));
        var request = new HttpRequestMessage(Often(20) ? new HttpMethod(Pick(Methods)) : operation.Method, query.Length > 0 ? $"{path}?{query}" : path);
        foreach (var parameter in operation.Parameters("header").Where(_ => Often(3)))
            request.Headers.TryAddWithoutValidation(Name(parameter), Header(Often(2) ? $"\"{random.Next(4)}\"" : Often(2) ? Id() : Pick(Texts)));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (operation.Body is { } schema && !Often(30))
            request.Content = Body(operation, schema);
        else if (operation.Method == HttpMethod.Post || Often(30))
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Often(2) ? "" : Pick(Json)));
        return request;
    }

    private static string Name(JsonElement parameter) => parameter.GetProperty("name").GetString()!;

    private bool Often(int oneIn) => random.Next(oneIn) == 0;

    private T Pick<T>(IReadOnlyList<T> all) => all[random.Next(all.Count)];

    // Mostly of things that are there: what is not is waited for, where an event may be on its way.
    private string Id() => random.Next(12) switch { 0 => Pick(Texts), 1 => NewId(), 2 => NewId()[..random.Next(36)], _ => Pick(known) };

    private string NewId()
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    private ByteArrayContent Body(Operation operation, JsonElement schema)
    {
        var text = Object(operation, schema, depth: 0);
        var bytes = random.Next(25) switch
        {
            0 => Encoding.UTF8.GetBytes(text[..random.Next(text.Length)]),
            1 => [.. Encoding.UTF8.GetBytes(text), (byte)random.Next(256)],
            2 => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)],
            3 => Encoding.Latin1.GetBytes(text.Replace("\"}", "\u00ff\u00fe\"}", StringComparison.Ordinal)),
            4 => Encoding.UTF8.GetBytes(Pick(Json)),
            5 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", 200))),
            6 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100)),
            7 when Often(4) => Encoding.UTF8.GetBytes($"{{\"a\":\"{new string('x', 70_000)}\"}}"),
            _ => Encoding.UTF8.GetBytes(text),
        };
        return new ByteArrayContent(bytes) { Headers = { ContentType = Often(30) ? Often(3) ? null : MediaTypeHeaderValue.Parse(Pick(MediaTypes)) : new("application/json") } };
    }

    private string Object(Operation operation, JsonElement schema, int depth)
    {
        List<string> members = [];
        foreach (var property in schema.GetProperty("properties").EnumerateObject())
        {
            if (!Often(12))
                members.Add($"{Quoted(Often(40) ? property.Name.ToUpperInvariant() : property.Name)}:{(Often(5) ? Pick(Json) : Written(operation, property.Value, depth))}");
            if (Often(40))
                members.Add($"{Quoted(property.Name)}:{Pick(Json)}");
        }

        if (Often(10))
            members.Add($"{Quoted(Pick(Texts))}:{Pick(Json)}");
        return $"{{{string.Join(',', members)}}}";
    }

    private string Written(Operation operation, JsonElement schema, int depth)
    {
        var resolved = operation.Resolve(schema);
        if (Types(resolved).Contains("object") || resolved.TryGetProperty("properties", out _))
            return depth < 3 ? Object(operation, resolved, depth + 1) : "{}";
        if (Types(resolved).Contains("array"))
            return $"[{string.Join(',', Enumerable.Range(0, Often(20) ? 300 : random.Next(3)).Select(_ => Written(operation, resolved.GetProperty("items"), depth + 1)))}]";
        var value = Value(operation, resolved);
        return Types(resolved).Any(type => type is "integer" or "number" or "boolean") && !Often(8) ? value : Quoted(value);
    }

    private string Value(Operation operation, JsonElement schema)
    {
        var resolved = operation.Resolve(schema);
        if (Often(4))
            return Often(12) ? new string('x', random.Next(5_000)) : Pick(Texts);
        if (resolved.TryGetProperty("enum", out var all))
            return Pick(all.EnumerateArray().Select(one => one.ToString()).ToList());
        if (resolved.TryGetProperty("format", out var format) && format.GetString() == "uuid")
            return Id();
        return Types(resolved) switch
        {
            var types when types.Contains("integer") => random.Next(-2, 12).ToString(CultureInfo.InvariantCulture),
            var types when types.Contains("number") => (random.Next(-100, 100_000) / 100m).ToString(CultureInfo.InvariantCulture),
            var types when types.Contains("boolean") => Often(2) ? "true" : "false",
            _ => Often(3) ? Id() : Pick(Texts),
        };
    }

    private static List<string> Types(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? [] : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString()!)] : [type.GetString()!];

    // Escapes are left as they are: half a surrogate pair can be written in JSON, and nowhere else.
    private static string Quoted(string text) => $"\"{string.Concat(text.Select(c => c is '"' or '\\' || c < ' ' || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString()))}\"";

    private string Escaped(string text) => Often(40) ? "%ff%00%c3" : Uri.EscapeDataString(Sane(text));

    private static string Sane(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));

    // The client refuses to send what would end a header.
    private static string Header(string text) => text.Replace("\n", "", StringComparison.Ordinal).Replace("\u0000", "", StringComparison.Ordinal);
}
