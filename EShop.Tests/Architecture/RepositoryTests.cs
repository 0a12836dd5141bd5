using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace EShop.Tests.Architecture;

/// <summary>What must never be committed.</summary>
public sealed partial class RepositoryTests
{
    /// <summary>Secrets that give themselves away by how they begin. The sandbox's own (<c>sk_test_sandbox</c>, <c>whsec_sandbox</c>) open nothing.</summary>
    private static readonly Dictionary<string, Regex> Secrets = new()
    {
        ["a live key of Stripe"] = LiveKey(),
        ["a test key of Stripe"] = TestKey(),
        ["a webhook secret of Stripe"] = WebhookSecret(),
        ["a private key"] = PrivateKey(),
        ["a key of AWS"] = AwsKey(),
        ["a token of GitHub"] = GitHubToken(),
        ["a token of Slack"] = SlackToken(),
        ["a key of Google"] = GoogleKey(),
        ["a signed token"] = SignedToken(),
        ["a password in an address"] = PasswordInAddress(),
    };

    [Fact]
    public async Task No_file_of_the_repository_holds_a_secret()
    {
        var files = await FilesAsync();
        Assert.True(files.Count > 100);
        List<string> found = [];
        foreach (var path in files.Select(file => Path.Combine(House.Root, file)).Where(File.Exists))
        {
            var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
            found.AddRange(Secrets.Where(secret => secret.Value.IsMatch(text)).Select(secret => $"{Path.GetRelativePath(House.Root, path)} holds {secret.Key}"));
        }

        Assert.Empty(found);
    }

    [Theory]
    [InlineData("sk_li" + "ve_51H8xYzKqLm0PqRsTuVwXyZ01")]
    [InlineData("rk_te" + "st_51H8xYzKqLm0PqRsTuVwXyZ01")]
    [InlineData("whs" + "ec_8f3Kq0ZpLr7tYvWxCbNm4HjD2sGa")]
    [InlineData("-----BEGIN EC PRIV" + "ATE KEY-----")]
    [InlineData("AKI" + "AIOSFODNN7EXAMPLE")]
    [InlineData("gh" + "p_012345678901234567890123456789abcdef")]
    [InlineData("xox" + "b-1234567890-abcdefghij")]
    [InlineData("AIz" + "aSyA01234567890123456789012345678901")]
    [InlineData("eyJ" + "hbGciOiJFUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ")]
    [InlineData("postgres://app:" + "hunter22@db.example.com/shop")]
    public void A_secret_is_known_by_its_looks(string secret) => Assert.Single(Secrets, known => known.Value.IsMatch($"\"{secret}\""));

    private static async Task<List<string>> FilesAsync()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", House.Root, "ls-files", "--cached", "--others", "--exclude-standard"]) { RedirectStandardOutput = true })!;
        var listed = await git.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        // From an archive, without the history: every file that is text of ours.
        return git.ExitCode == 0
            ? [.. listed.Split('\n', StringSplitOptions.RemoveEmptyEntries)]
            : [.. Directory.EnumerateFiles(House.Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(House.Root, path)).Where(path => !path.Split('/').Any(folder => folder is "bin" or "obj" or ".git"))];
    }

    [GeneratedRegex("[sr]k_live_[0-9A-Za-z]{10,}")]
    private static partial Regex LiveKey();

    [GeneratedRegex("[sr]k_test_[0-9A-Za-z]{16,}")]
    private static partial Regex TestKey();

    [GeneratedRegex("whsec_[0-9A-Za-z+/]{20,}")]
    private static partial Regex WebhookSecret();

    [GeneratedRegex("-----BEGIN ([A-Z]+ )*PRIVATE KEY( BLOCK)?-----")]
    private static partial Regex PrivateKey();

    [GeneratedRegex("\\b(AKIA|ASIA)[0-9A-Z]{16}\\b")]
    private static partial Regex AwsKey();

    [GeneratedRegex("\\bgh[pousr]_[0-9A-Za-z]{36}|\\bgithub_pat_[0-9A-Za-z_]{50,}")]
    private static partial Regex GitHubToken();

    [GeneratedRegex("\\bxox[abprs]-[0-9A-Za-z-]{10,}")]
    private static partial Regex SlackToken();

    [GeneratedRegex("\\bAIza[0-9A-Za-z_-]{35}\\b")]
    private static partial Regex GoogleKey();

    [GeneratedRegex("\\beyJ[0-9A-Za-z_-]{10,}\\.eyJ[0-9A-Za-z_-]{10,}\\.[0-9A-Za-z_-]{16,}")]
    private static partial Regex SignedToken();

    // A server of this machine is nobody else's: the golden files of the app model have some.
    [GeneratedRegex("\\b(postgres(ql)?|redis|rediss|amqp|https?)://[^\\s:/@\"'{}$<>]+:[^\\s@\"'{}$<>/]{6,}@(?!localhost:)")]
    private static partial Regex PasswordInAddress();
}
