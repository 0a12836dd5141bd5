using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EShop.Local.Hosting;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>The app model's program as a process of its own, killed without warning. Alone on the machine: three seconds are promised to it, not to what it
/// shares the processors with.</summary>
[Collection(nameof(Alone))]
public sealed class HostProcessTests
{
    [Fact]
    public Task Kill_9_of_the_host_leaves_nothing_alive() => KillAsync(async data =>
    {
        // Everything has its process: the databases were ready, so the services were started.
        var rows = await Eventually.Get(() => Rows(data), all => all.Length == 10 && all.All(row => row.Pid is not null), TimeSpan.FromSeconds(60));
        Assert.Equal(
            ["bill", "cart", "dashboard", "payment", "postgres", "products", "redis", "stripe", "users", "web"], rows.Select(row => row.Name).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.True(Directory.Exists($"/proc/{row.Pid}")));

        // The id is the service's own, no wrapper's.
        var users = File.ReadAllText($"/proc/{rows.Single(row => row.Name == "users").Pid}/cmdline");
        Assert.EndsWith("Users.dll", users.TrimEnd('\0').Split('\0')[1], StringComparison.Ordinal);
    });

    [Fact]
    public Task Nor_does_it_at_any_moment_of_the_start() => AtRandomMomentsAsync(2);

    [Fact(Explicit = true)]
    public Task Nor_does_it_at_twenty_moments() => AtRandomMomentsAsync(20);

    private static async Task AtRandomMomentsAsync(int moments)
    {
        for (var i = 0; i < moments; i++)
        {
            var moment = TimeSpan.FromMilliseconds(Random.Shared.Next(200, 9_000));
            TestContext.Current.TestOutputHelper?.WriteLine($"killed after {moment.TotalSeconds:0.00} s");
            await KillAsync(_ => Task.Delay(moment, TestContext.Current.CancellationToken));
        }
    }

    private static async Task KillAsync(Func<string, Task> when)
    {
        var data = Path.Combine(Path.GetTempPath(), $"eshop-host-{Guid.NewGuid():N}");
        var start = BuiltHost.Start(Projects.EShop_AppHost.ProjectPath, "--Local:RandomizePorts=true");
        start.Environment["ESHOP_DATA"] = data;
        start.Environment.Remove(ProcessSpec.Marker);
        using var host = Process.Start(start)!;
        host.OutputDataReceived += (_, _) => { };
        host.ErrorDataReceived += (_, _) => { };
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        try
        {
            await when(data);
            host.Kill();
            await host.WaitForExitAsync(TestContext.Current.CancellationToken);

            // Whatever the host or a child of it started has the folder in its environment.
            await Eventually.True(() => !Marked(data).Any(), TimeSpan.FromSeconds(3));
        }
        finally
        {
            host.Kill();
            await host.WaitForExitAsync(CancellationToken.None);
            if (Directory.Exists(data))
                Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<Row[]> Rows(string data) =>
        JsonSerializer.Deserialize<Row[]>(await File.ReadAllTextAsync(Path.Combine(data, "ps.json")), JsonSerializerOptions.Web)!;

    private static IEnumerable<int> Marked(string marker)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && Environ(folder).Contains(marker, StringComparison.Ordinal))
                yield return pid;
        }
    }

    private static string Environ(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "environ"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private sealed record Row(string Name, string Type, string State, string? Health, int? Pid, string[] Urls);
}
