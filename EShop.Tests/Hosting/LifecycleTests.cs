using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using EShop.Local.Hosting;
using EShop.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>What the local host does with small models of shell commands.</summary>
public sealed class LifecycleTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_one_shot_that_ends_well_is_finished_and_releases_who_waits_for_it()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var seed = builder.AddExecutable("seed", "sh", ".", "-c", "exit 0");
        builder.AddExecutable("after", "sh", ".", "-c", "exit 0").WaitForCompletion(seed);
        await using var app = await builder.BuildAsync(Cancelled);
        await app.StartAsync(Cancelled);

        Assert.Equal("Finished", await app.ResourceNotifications.WaitForResourceAsync("after", KnownResourceStates.TerminalStates, Cancelled));
    }

    [Fact]
    public async Task Who_waits_for_a_one_shot_that_fails_does_not_start()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var seed = builder.AddExecutable("seed", "sh", ".", "-c", "exit 3");
        builder.AddExecutable("after", "sh", ".", "-c", "exit 0").WaitForCompletion(seed);
        await using var app = await builder.BuildAsync(Cancelled);
        await app.StartAsync(Cancelled);

        Assert.Equal("FailedToStart", await app.ResourceNotifications.WaitForResourceAsync("after", KnownResourceStates.TerminalStates, Cancelled));
        Assert.True(app.ResourceNotifications.TryGetCurrentState("seed", out var ended));
        Assert.Equal(3, ended.Snapshot.ExitCode);
    }

    [Fact]
    public async Task A_process_that_is_killed_has_no_id_while_it_is_down_and_comes_back_with_another()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("server", "sleep", ".", "600").WithHttpEndpoint();
        await using var app = await builder.BuildAsync(Cancelled);
        await app.StartAsync(Cancelled);
        var first = PidOf(await app.ResourceNotifications.WaitForResourceAsync("server", e => PidOf(e) is not null, Cancelled));

        using (var process = Process.GetProcessById(first!.Value))
            process.Kill();

        await app.ResourceNotifications.WaitForResourceAsync("server", e => PidOf(e) is null && e.Snapshot.ExitCode == 137, Cancelled);
        var second = PidOf(await app.ResourceNotifications.WaitForResourceAsync("server", e => PidOf(e) is { } pid && pid != first, Cancelled));
        Assert.NotNull(second);
    }

    [Fact]
    public async Task Nothing_is_restarted_where_that_is_switched_off()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--Local:Restart=false");
        builder.AddExecutable("server", "sh", ".", "-c", "exit 1").WithHttpEndpoint();
        await using var app = await builder.BuildAsync(Cancelled);
        await app.StartAsync(Cancelled);

        await app.ResourceNotifications.WaitForResourceAsync("server", KnownResourceStates.Finished, Cancelled);
    }

    [Fact]
    public async Task What_a_killed_process_started_in_a_session_of_its_own_goes_with_it()
    {
        var file = Path.Combine(Path.GetTempPath(), $"eshop-child-{Guid.NewGuid():N}");
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("parent", "sh", ".", "-c", "setsid sleep 600 & echo $! > \"$CHILD\"; wait").WithEnvironment("CHILD", file);
        await using var app = await builder.BuildAsync(Cancelled);
        await app.StartAsync(Cancelled);
        var child = int.Parse(
            await Eventually.Get(() => File.ReadAllTextAsync(file), text => text.EndsWith('\n')), System.Globalization.CultureInfo.InvariantCulture);

        await app.StopAsync(Cancelled);

        await Eventually.True(() => !Directory.Exists($"/proc/{child}"), TimeSpan.FromSeconds(3));
        File.Delete(file);
    }

    [Fact]
    public async Task An_unhealthy_resource_runs_and_is_not_ready()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("deaf", "sleep", ".", "600").WithHttpEndpoint().WithHttpHealthCheck("/health");
        await using var app = await builder.BuildAsync(Cancelled);
        await app.StartAsync(Cancelled);

        var seen = await app.ResourceNotifications.WaitForResourceAsync(
            "deaf", e => e.Snapshot.HealthReports.Any(r => r.Description?.Contains("does not answer", StringComparison.Ordinal) == true), Cancelled);
        Assert.Equal(HealthStatus.Unhealthy, seen.Snapshot.HealthStatus);
    }

    [Fact]
    public async Task A_taken_port_is_one_sentence_that_names_port_resource_and_remedy()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        await using var builder = DistributedApplicationTestingBuilder.Create("--Local:RandomizePorts=false");
        builder.AddExecutable("server", "sleep", ".", "600").WithHttpEndpoint(port: port);
        await using var app = await builder.BuildAsync(Cancelled);

        var problem = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Cancelled));

        Assert.Contains($"Port {port}", problem.Message, StringComparison.Ordinal);
        Assert.Contains("'server'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Local__Ports__server", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public async Task All_that_is_missing_is_said_at_once()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create("--Local:RedisBin=/nowhere", "--Local:PostgresBin=/nowhere");
        builder.AddParameter("card-key", secret: true);
        builder.AddRedis("redis");
        builder.AddPostgres("postgres");
        await using var app = await builder.BuildAsync(Cancelled);

        var problem = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Cancelled));

        Assert.Equal(3, problem.Message.Split('\n').Length);
        Assert.Contains("Parameters__card_key", problem.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install redis-server", problem.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install postgresql", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_host_on_the_same_data_says_which_one_runs()
    {
        await using var first = DistributedApplicationTestingBuilder.Create();
        await using var running = await first.BuildAsync(Cancelled);
        await running.StartAsync(Cancelled);
        await using var second = DistributedApplicationTestingBuilder.Create($"--Local:DataFolder={first.Configuration["Local:DataFolder"]}");
        await using var late = await second.BuildAsync(Cancelled);

        var problem = await Assert.ThrowsAsync<DistributedApplicationException>(() => late.StartAsync(Cancelled));

        Assert.Contains($"process {Environment.ProcessId}", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a--b")]
    [InlineData("a-")]
    [InlineData("1a")]
    [InlineData("a_b")]
    public void A_bad_name_is_refused(string name)
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        Assert.Throws<DistributedApplicationException>(() => builder.AddExecutable(name, "true", "."));
    }

    private static int? PidOf(ResourceEvent e) => e.Snapshot.ProcessId();
}
