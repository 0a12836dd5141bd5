using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Architecture;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>One operation of a service, as its OpenAPI document has it.</summary>
internal sealed record Operation(string Service, HttpMethod Method, string Path, JsonElement Json, JsonElement Document)
{
    /// <summary>What the tables of rules call it. What each service answers about its messages is one operation there.</summary>
    public string Name => $"{Method} {Path.Replace($"/api/ops/{Service}/messages", "/api/ops/*/messages", StringComparison.Ordinal)}";

    /// <summary>The schema of its JSON body, where it takes one.</summary>
    public JsonElement? Body => Json.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var json)
        ? Resolve(json.GetProperty("schema"))
        : null;

    /// <summary>Its parameters in the path, the query or the headers.</summary>
    public IEnumerable<JsonElement> Parameters(string place) => Json.TryGetProperty("parameters", out var all)
        ? all.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == place)
        : [];

    /// <summary>The path with a value for each of its parameters.</summary>
    public string At(Func<string, string> value) =>
        Parameters("path").Select(parameter => parameter.GetProperty("name").GetString()!).Aggregate(Path, (path, name) => path.Replace($"{{{name}}}", value(name), StringComparison.Ordinal));

    /// <summary>A schema itself, where it is referred to, and where null is one of two choices the other one.</summary>
    public JsonElement Resolve(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            return Resolve(reference.GetString()!.Split('/').Skip(1).Aggregate(Document, (at, step) => at.GetProperty(step)));
        return schema.TryGetProperty("oneOf", out var choices) ? Resolve(choices.EnumerateArray().Single(choice => choice.TryGetProperty("$ref", out _))) : schema;
    }

    public override string ToString() => Name;

    /// <summary>Every operation of the five services.</summary>
    public static async Task<IReadOnlyList<Operation>> AllAsync(Shop shop)
    {
        List<Operation> all = [];
        foreach (var service in House.Services.Select(name => name.ToLowerInvariant()))
        {
            using var client = shop.Client(service);
            var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
            all.AddRange(
                from path in document.GetProperty("paths").EnumerateObject()
                from operation in path.Value.EnumerateObject()
                select new Operation(service, new HttpMethod(operation.Name.ToUpperInvariant()), path.Name, operation.Value, document));
        }

        return all;
    }
}
