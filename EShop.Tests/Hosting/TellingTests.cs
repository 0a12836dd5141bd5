using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>What the local host tells of a resource while it runs: its environment, its links, its log, its crashes.</summary>
public sealed class TellingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_snapshot_holds_the_environment_that_the_process_was_started_with_and_the_links_as_the_model_wants_them_shown()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var asked = 0;
        builder.AddExecutable("server", "sleep", ".", "600").WithHttpEndpoint(name: "api")
            .WithEnvironment(context => context.EnvironmentVariables["DRAWN"] = $"{++asked}")
            .WithUrlForEndpoint("api", url =>
            {
                url.Url += "/scalar";
                url.DisplayText = "try it";
            });
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);

        var running = await app.ResourceNotifications.WaitForResourceAsync("server", state => state.Snapshot.State?.Text == KnownResourceStates.Running, Ct);
        Assert.Equal("1", running.Snapshot.EnvironmentVariables.Single(one => one.Name == "DRAWN").Value);
        Assert.Equal(1, asked);
        var shown = Assert.Single(running.Snapshot.Urls);
        Assert.Equal("try it", shown.Name);
        Assert.EndsWith("/scalar", shown.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_has_what_was_written_before_and_each_line_as_it_comes_with_the_hosts_own_and_stands_in_a_file()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("talker", "sh", ".", "-c", "echo first; echo wrong >&2; exec sleep 600").WithHttpEndpoint();
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);
        var logs = app.Services.GetRequiredService<ResourceLoggerService>();
        var heard = new ConcurrentQueue<LogLine>();
        var hearing = Task.Run(async () =>
        {
            await foreach (var lines in logs.WatchAsync("talker").WithCancellation(Ct))
                lines.ToList().ForEach(heard.Enqueue);
        }, Ct);
        await Support.Eventually.True(() => heard.Count == 2);

        logs.GetLogger("talker").Log(LogLevel.Information, default, "said by a test", null, (text, _) => text);

        await Support.Eventually.True(() => heard.Count == 3);
        Assert.Equal([("first", false), ("wrong", true)], heard.Take(2).Select(line => (line.Content, line.IsErrorMessage)).Order());
        Assert.EndsWith("said by a test", heard.Last().Content, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], heard.Select(line => line.LineNumber));
        await app.StopAsync(Ct);
        Assert.Contains("first", await File.ReadAllTextAsync(Path.Combine(builder.Configuration["Local:DataFolder"]!, "logs", "talker.log"), Ct), StringComparison.Ordinal);
        await app.DisposeAsync();
        await hearing.WaitAsync(TimeSpan.FromSeconds(10), Ct);
    }

    [Fact]
    public async Task What_crashes_at_its_start_is_tried_again_with_its_exit_code_told_and_is_ready_once_it_runs()
    {
        var mark = Path.Combine(Path.GetTempPath(), $"eshop-third-time-{Guid.NewGuid():N}");
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("shaky", "sh", ".", "-c", "echo x >> \"$MARK\"; [ $(wc -l < \"$MARK\") -ge 3 ] || exit 7; exec sleep 600").WithHttpEndpoint().WithEnvironment("MARK", mark);
        await using var app = await builder.BuildAsync(Ct);
        var crashes = Crashes(app);
        await app.StartAsync(Ct);

        Assert.Equal([7, 7], await crashes.WaitAsync(TimeSpan.FromSeconds(30), Ct));
        File.Delete(mark);

        // The exit codes until it is ready.
        static async Task<List<int>> Crashes(DistributedApplication app)
        {
            var codes = new List<int>();
            await foreach (var change in app.ResourceNotifications.WatchAsync(Ct))
            {
                if (change.Snapshot is { State.Text: "Restarting", ExitCode: { } code })
                    codes.Add(code);
                if (codes.Count > 1 && change.Snapshot.HealthStatus == HealthStatus.Healthy)
                    break;
            }

            return codes;
        }
    }
}
