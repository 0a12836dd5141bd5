using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace EShop.Local.Stripe;

/// <summary>A call's parameters under their wire names: <c>metadata[orderId]</c>, <c>expand[0]</c>. An empty value unsets what it names.</summary>
internal sealed class Parameters(IEnumerable<KeyValuePair<string, StringValues>> pairs)
{
    private readonly List<KeyValuePair<string, string>> _pairs = [.. pairs.SelectMany(p => p.Value, (p, value) => KeyValuePair.Create(p.Key, value ?? ""))];

    /// <summary>The same for the same parameters in any order.</summary>
    public string Fingerprint()
    {
        var sorted = _pairs.Select(p => $"{p.Key}={p.Value}").Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sorted))));
    }

    /// <summary>Refuses whatever is not listed; <c>name[*]</c> admits all members of a name.</summary>
    public void Allow(IReadOnlySet<string> names)
    {
        foreach (var (name, _) in _pairs)
            if (!names.Contains(name) && !(names.Contains($"{Top(name)}[*]") && name.Length > Top(name).Length) && !(names.Contains($"{name}[*]")))
                throw Refusal.Unknown(name);
    }

    public bool Has(string name) => _pairs.Exists(p => p.Key == name);

    public bool Unsets(string name) => _pairs.Exists(p => p.Key == name && p.Value.Length == 0);

    /// <summary>Null when absent or unset.</summary>
    public string? Text(string name)
    {
        var value = _pairs.LastOrDefault(p => p.Key == name).Value;
        if (value?.Length > 5000)
            throw Refusal.Invalid(null, name, $"Invalid string: {name} must be at most 5000 characters");
        return string.IsNullOrEmpty(value) ? null : value;
    }

    public string Required(string name) => Text(name) ?? throw (Has(name) ? Refusal.Empty(name) : Refusal.Missing(name));

    public long? Integer(string name) => Text(name) switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        var text => throw Refusal.Invalid("parameter_invalid_integer", name, $"Invalid integer: {text}"),
    };

    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw Refusal.Invalid(null, name, $"Invalid boolean: {text}"),
    };

    public string? OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        var value = Text(name);
        return value is null || allowed.Contains(value) ? value
            : throw Refusal.Invalid(null, name, $"Invalid {name}: must be one of {string.Join(", ", allowed)}");
    }

    /// <summary><c>name[]</c>, <c>name[0]</c>, <c>name[1]</c>, …</summary>
    public IReadOnlyList<string> Many(string name) => [.. _pairs.Where(p => p.Key.StartsWith(name + "[", StringComparison.Ordinal)).Select(p => p.Value)];

    /// <summary>What was stored, with the given entries set, emptied ones removed, and everything removed by an empty <c>metadata</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata(IReadOnlyDictionary<string, string>? stored = null)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!Unsets("metadata"))
            foreach (var (key, value) in stored ?? new Dictionary<string, string>())
                merged[key] = value;
        foreach (var (name, value) in _pairs.Where(p => p.Key.StartsWith("metadata[", StringComparison.Ordinal)))
        {
            var key = name["metadata[".Length..^1];
            if (key.Length is 0 or > 40 || value.Length > 500)
                throw Refusal.Invalid(null, name, "Metadata keys can have 1 to 40 characters, values up to 500.");
            if (value.Length == 0)
                merged.Remove(key);
            else
                merged[key] = value;
        }
        return merged.Count <= 50 ? merged : throw Refusal.Invalid(null, "metadata", "Metadata can have up to 50 keys.");
    }

    /// <summary>A nested object such as <c>shipping[address][city]</c>; what was stored when absent, null when unset.</summary>
    public JsonElement? Tree(string name, JsonElement? stored = null)
    {
        if (Unsets(name))
            return null;
        var root = new JsonObject();
        foreach (var (key, value) in _pairs.Where(p => p.Key.StartsWith(name + "[", StringComparison.Ordinal)))
        {
            var path = key[name.Length..].Trim('[', ']').Split("][");
            var node = root;
            foreach (var step in path[..^1])
                node = node[step] as JsonObject ?? (JsonObject)(node[step] = new JsonObject());
            node[path[^1]] = value.Length == 0 ? null : value;
        }
        return root.Count == 0 ? stored : Json.Element(root);
    }

    private static string Top(string name) => name.Split('[', 2)[0];
}
