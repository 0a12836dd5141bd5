using Xunit;

namespace EShop.Tests.Architecture;

/// <summary>Who may know whom, as <c>docs/architecture.md</c> draws it.</summary>
public sealed class ArrowTests
{
    public static TheoryData<string> Services => [.. House.Services];

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_refers_to_the_three_shared_projects_and_no_other_service(string service)
    {
        Assert.Equal(["EShop.Contracts", "EShop.Messaging", "EShop.ServiceDefaults"], House.References($"Services/{service}/{service}.csproj"));

        var known = House.Assembly(service).GetReferencedAssemblies().Select(reference => reference.Name!).ToArray();
        Assert.Empty(known.Intersect(House.Services));
        Assert.DoesNotContain(known, name => name.StartsWith("EShop.Local", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("EShop.Contracts")]
    [InlineData("EShop.ServiceDefaults")]
    [InlineData("EShop.Messaging", "EShop.Contracts", "EShop.ServiceDefaults")]
    public void A_shared_project_refers_to_what_is_beneath_it(string project, params string[] beneath)
    {
        Assert.Equal(beneath, House.References($"{project}/{project}.csproj"));
        Assert.Equal(beneath, House.Assembly(project).GetReferencedAssemblies().Select(reference => reference.Name!).Where(name => name.StartsWith("EShop", StringComparison.Ordinal)));
    }

    [Fact]
    public void Contracts_knows_nothing_but_the_framework() =>
        Assert.All(House.Assembly("EShop.Contracts").GetReferencedAssemblies(), reference => Assert.StartsWith("System", reference.Name, StringComparison.Ordinal));

    [Fact]
    public void Nothing_in_a_service_names_what_stands_in_for_the_cloud() =>
        Assert.DoesNotContain(House.Sources.Where(path => path.StartsWith("Services/", StringComparison.Ordinal)),
            path => File.ReadAllText(Path.Combine(House.Root, path)).Contains("EShop.Local", StringComparison.Ordinal));

    [Fact]
    public void The_gateway_knows_the_service_defaults_alone() => Assert.Equal(["EShop.ServiceDefaults"], House.References("EShop.Web/EShop.Web.csproj"));
}
