using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>Whatever the local host offers under Aspire's names is Aspire's to the letter: an app model that compiles here compiles there.</summary>
public sealed partial class PublicApiTests
{
    // The language's own helpers and what a compiler adds are not listed there.
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<string, HashSet<string>> Golden = Read();

    public static TheoryData<string> Types() => [.. typeof(DistributedApplication).Assembly.GetExportedTypes().Where(IsListed).Select(type => ApiText.Name(type)).Distinct()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_public_member_is_one_of_Aspires(string type)
    {
        Assert.True(Golden.TryGetValue(type, out var theirs), $"Aspire has no public {type}.");
        Assert.All(Ours(type), member => Assert.Contains(member, theirs));
    }

    [Fact]
    public void The_list_that_this_is_held_against_is_read() =>
        Assert.Contains("static Aspire.Hosting.IDistributedApplicationBuilder CreateBuilder(string[] args)", Golden["Aspire.Hosting.DistributedApplication"]);

    [Fact]
    public void What_the_local_host_adds_is_configuration_and_no_api() =>
        Assert.All(typeof(DistributedApplication).Assembly.GetExportedTypes(), type => Assert.StartsWith("Aspire.", type.Namespace, StringComparison.Ordinal));

    private static IEnumerable<string> Ours(string name)
    {
        var type = typeof(DistributedApplication).Assembly.GetExportedTypes().First(one => ApiText.Name(one) == name);
        if (type.IsEnum)
            return [string.Join(", ", Enum.GetNames(type))];
        var members = type.GetMembers(Declared)
            .Where(member => member is not MethodBase { IsSpecialName: true } or ConstructorInfo)
            .Where(member => !member.IsDefined(typeof(CompilerGeneratedAttribute)) && member is not Type && !IsOfRecord(type, member));
        return members.Select(ApiText.Of);
    }

    // What every record has.
    private static bool IsOfRecord(Type type, MemberInfo member) =>
        member.Name is "ToString" or "GetHashCode" or "Equals" or "Deconstruct" or "<Clone>$" or "EqualityContract" && type.GetMethod("<Clone>$") is not null;

    private static bool IsListed(Type type) => !type.Name.Contains("InterpolatedStringHandler", StringComparison.Ordinal);

    private static Dictionary<string, HashSet<string>> Read()
    {
        var types = new Dictionary<string, HashSet<string>>();
        HashSet<string>? members = null;
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Hosting", "Golden", "api.txt")))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
                members!.Add(line.Trim().Replace("   [experimental]", "", StringComparison.Ordinal));
            else
                types[Header().Match(line).Groups[1].Value] = members = [];
        }

        return types;
    }

    // "sealed class Aspire.Hosting.X<T> : Aspire.Hosting.Y": the words before the name, and the name.
    [GeneratedRegex("^(?:[a-z]+ )+(.+?)(?: : |$)")]
    private static partial Regex Header();
}
