using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace EShop.Tests.Architecture;

/// <summary>The patches of <c>./eshop mutants</c> fit the code as it is, name tests that there are, and stand in the guarantees' document. That each test goes red shows the command itself.</summary>
public sealed partial class MutantTests
{
    public static TheoryData<string> Patches => [.. Directory.GetFiles(Path.Combine(House.Root, "EShop.Tests", "Mutants"), "*.patch").Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Patches))]
    public async Task A_mutant_applies_names_a_test_and_is_told_of(string name)
    {
        var file = Path.Combine(House.Root, "EShop.Tests", "Mutants", $"{name}.patch");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var (promise, killer) = (Promise().Match(text).Groups[1].Value, Killer().Match(text).Groups[1].Value);
        Assert.True(IsThere(killer), $"{name}.patch names '{killer}', and there is no such test.");
        var guarantees = await File.ReadAllTextAsync(Path.Combine(House.Root, "docs", "guarantees.md"), TestContext.Current.CancellationToken);
        Assert.Contains($"| `{name}` | {promise} | {killer["EShop.Tests.".Length..]} |", guarantees, StringComparison.Ordinal);

        using var git = Process.Start(new ProcessStartInfo("git", ["apply", "--check", file]) { WorkingDirectory = House.Root, RedirectStandardError = true })!;
        var said = await git.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(git.ExitCode == 0, said);
    }

    private static bool IsThere(string killer)
    {
        var tests = Assembly.GetExecutingAssembly();
        return tests.GetType(killer) is not null || (tests.GetType(killer[..killer.LastIndexOf('.')])?.GetMethod(killer[(killer.LastIndexOf('.') + 1)..]) is not null);
    }

    [GeneratedRegex(@"\A(.+)\n")]
    private static partial Regex Promise();

    [GeneratedRegex(@"^Killed by: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Killer();
}
