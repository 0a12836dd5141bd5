using System.Text.RegularExpressions;
using Xunit;

namespace EShop.Tests.Architecture;

/// <summary><c>SECURITY.md</c> names the test of each protection: none names one that is not there.</summary>
public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void Every_test_that_it_names_exists()
    {
        var tests = typeof(SecurityDocumentTests).Assembly.GetTypes().Select(type => type.Name).ToHashSet();
        var named = Name().Matches(File.ReadAllText(Path.Combine(House.Root, "SECURITY.md"))).Select(match => match.Groups["name"].Value).ToHashSet();
        Assert.True(named.Count > 15);
        Assert.Empty(named.Except(tests));
        Assert.Empty(tests.Where(test => Guarantee().IsMatch(test)).Except(named));
    }

    [GeneratedRegex("`(?<name>[A-Za-z0-9]+Tests)`")]
    private static partial Regex Name();

    [GeneratedRegex("^S[0-9].*Tests$")]
    private static partial Regex Guarantee();
}
