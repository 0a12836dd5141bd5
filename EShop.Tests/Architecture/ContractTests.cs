using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using EShop.Contracts;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Architecture;

/// <summary><c>docs/contract.md</c> names a test for every call and every event: none is forgotten, and none names a test that is not there.</summary>
public sealed partial class ContractTests(Shop shop)
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(House.Root, "docs/contract.md"));

    [Fact]
    public async Task Every_operation_of_every_service_has_a_row()
    {
        List<string> operations = [];
        foreach (var service in House.Services)
        {
            using var client = shop.Client(service.ToLowerInvariant());
            var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
            operations.AddRange(
                from path in document.GetProperty("paths").EnumerateObject()
                from operation in path.Value.EnumerateObject()
                select $"{operation.Name.ToUpperInvariant()} {path.Name}");
        }

        Assert.True(operations.Count > 20);
        Assert.Empty(operations.Except(Rows()));
    }

    [Fact]
    public async Task Documents_say_the_type_of_every_member_and_each_call_has_a_body_of_its_own()
    {
        foreach (var service in House.Services)
        {
            using var client = shop.Client(service.ToLowerInvariant());
            var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
            var operations = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => operation.Value)).ToList();

            var bodies = operations.Where(operation => operation.TryGetProperty("requestBody", out _))
                .Select(operation => operation.GetProperty("requestBody").GetProperty("content").GetRawText()).ToList();
            Assert.Equal(bodies.Count, bodies.Distinct().Count());

            var parameters = operations.Where(operation => operation.TryGetProperty("parameters", out _)).SelectMany(operation => operation.GetProperty("parameters").EnumerateArray());
            Assert.All(parameters.Where(p => p.GetProperty("in").GetString() == "query"), p => Assert.True(char.IsLower(p.GetProperty("name").GetString()![0]), p.GetRawText()));

            foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject().Where(schema => schema.Name != "ProblemDetails"))
            {
                if (schema.Value.TryGetProperty("properties", out var properties))
                    Assert.All(properties.EnumerateObject(), property => Assert.True(Says(property.Value), $"{service}: {schema.Name}.{property.Name} is {property.Value.GetRawText()}"));
            }
        }

        static bool Says(JsonElement member) => new[] { "type", "$ref", "oneOf", "anyOf", "allOf", "enum", "const" }.Any(word => member.TryGetProperty(word, out _));
    }

    [Fact]
    public void Every_event_has_a_row()
    {
        var events = Directory.EnumerateFiles(Path.Combine(House.Root, "EShop.Contracts/Golden"), "*.json").Select(Path.GetFileNameWithoutExtension).ToList();
        Assert.Equal(typeof(IEvent).Assembly.GetTypes().Count(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(IEvent))), events.Count);
        Assert.Empty(events.Except(Rows()));
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var named = Lines.SelectMany(line => Test().Matches(line)).Select(match => match.Groups["name"].Value).Distinct().ToList();
        Assert.True(named.Count > 50);
        Assert.DoesNotContain(named, name => !Exists(name));
        // A row without a test would promise what nobody holds.
        for (var i = 0; i + 1 < Lines.Length; i++)
        {
            var isRow = Lines[i].StartsWith("| ", StringComparison.Ordinal) && !Lines[i].StartsWith("| ---", StringComparison.Ordinal) && !Lines[i + 1].StartsWith("| ---", StringComparison.Ordinal);
            Assert.True(!isRow || Test().IsMatch(Lines[i]), $"A row without a test would promise what nobody holds: {Lines[i]}");
        }
    }

    private static bool Exists(string name)
    {
        var parts = name.Split('.');
        return typeof(ContractTests).Assembly.GetType($"EShop.Tests.{parts[0]}.{parts[1]}") is { } type
            && (parts.Length == 2 || type.GetMethod(parts[2], BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static) is not null);
    }

    /// <summary>What stands in the first column, without its back quotes.</summary>
    private static HashSet<string> Rows() => [.. Lines.Select(line => Row().Match(line)).Where(match => match.Success).Select(match => match.Groups["row"].Value)];

    [GeneratedRegex("^\\| `(?<row>[^`]+)` \\|")]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z]+\\.[A-Z][A-Za-z0-9]+Tests(\\.[A-Za-z0-9_]+)?)`")]
    private static partial Regex Test();
}
