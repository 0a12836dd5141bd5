using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace EShop.Tests.Architecture;

/// <summary><c>./eshop mutants</c> takes an hour. That a mutant has not gone stale is seen here at once: its patch applies to the product, its killer exists, and the page tells of it.</summary>
public sealed partial class MutantTests
{
    private static readonly string Folder = Path.Combine(House.Root, "EShop.Tests/Mutants");

    private static readonly string Page = Path.Combine(House.Root, "docs/guarantees.md");

    public static TheoryData<string> Mutants => [.. Directory.EnumerateFiles(Folder, "*.patch").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Mutants))]
    public async Task A_patch_applies_to_the_product_and_to_nothing_else(string mutant)
    {
        var patch = Path.Combine(Folder, $"{mutant}.patch");
        // From an archive there is no repository, and one that lies around the folder is not asked.
        using var git = Process.Start(new ProcessStartInfo("git", ["apply", "--check", patch])
        {
            WorkingDirectory = House.Root,
            RedirectStandardError = true,
            Environment = { ["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(House.Root) },
        })!;
        var said = await git.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(git.ExitCode == 0, $"{mutant}.patch is stale: {said}");
        var changed = Changed().Matches(await File.ReadAllTextAsync(patch, TestContext.Current.CancellationToken)).Select(match => match.Groups["path"].Value).ToList();
        Assert.NotEmpty(changed);
        Assert.DoesNotContain(changed, path => path.StartsWith("EShop.Tests/", StringComparison.Ordinal) || path.StartsWith("Local/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Its_killer_is_a_test_that_runs(string mutant)
    {
        var killer = Says(mutant, "Killed by");
        var dot = killer.LastIndexOf('.');
        var method = typeof(MutantTests).Assembly.GetType(killer[..dot])?.GetMethod(killer[(dot + 1)..], BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static);
        Assert.NotNull(method);
        Assert.True(method.GetCustomAttribute<FactAttribute>() is { Explicit: false, Skip: null });
    }

    [Fact]
    public void The_page_has_a_row_for_each_as_the_patch_tells_it()
    {
        var rows = Mutants.Select(row => row.Data).Select(mutant =>
            $"| `{mutant}` | {Says(mutant, "Takes out")} | {Says(mutant, "Breaks")} | `{Says(mutant, "Killed by")["EShop.Tests.".Length..]}` |").ToList();
        Assert.True(rows.Count > 20);
        Assert.Equal(rows.Order(StringComparer.Ordinal), File.ReadAllLines(Page).Where(line => Row().IsMatch(line)).Order(StringComparer.Ordinal));
    }

    private static string Says(string mutant, string what) =>
        File.ReadLines(Path.Combine(Folder, $"{mutant}.patch")).Single(line => line.StartsWith($"# {what}: ", StringComparison.Ordinal))[$"# {what}: ".Length..];

    [GeneratedRegex(@"^\+\+\+ b/(?<path>.+)$", RegexOptions.Multiline)]
    private static partial Regex Changed();

    // The names are all of small letters, which tells these rows from those of other tables.
    [GeneratedRegex("^\\| `[a-z-]+` \\| .* \\| [GS][0-9]+ \\| `.*` \\|$")]
    private static partial Regex Row();
}
