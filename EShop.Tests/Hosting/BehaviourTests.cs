using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Testing;
using EShop.Local.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>States, waits, events and failures, with small models of shell commands: as Aspire's host does it.</summary>
public sealed class BehaviourTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_resource_that_waits_goes_through_starting_waiting_starting_running_and_tells_it_in_Aspires_order()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var well = false;
        builder.Services.AddHealthChecks().AddCheck("first_check", () => well ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        var first = builder.AddExecutable("first", "sleep", ".", "600").WithHttpEndpoint().WithHealthCheck("first_check");
        var asked = new ConcurrentQueue<bool>();
        var second = builder.AddExecutable("second", "sleep", ".", "600").WithHttpEndpoint().WaitFor(first).WithEnvironment(_ => asked.Enqueue(well));
        var events = new ConcurrentQueue<string>();
        Hear<BeforeStartEvent>("before start");
        HearOf<InitializeResourceEvent>("initialize");
        HearOf<ResourceEndpointsAllocatedEvent>("endpoints");
        HearOf<BeforeResourceStartedEvent>("before started");
        HearOf<ResourceReadyEvent>("ready");
        HearOf<ResourceStoppedEvent>("stopped");
        Hear<AfterResourcesCreatedEvent>("created");
        await using var app = await builder.BuildAsync(Ct);
        var states = StatesOf(app, "second");
        var start = app.StartAsync(Ct);
        await app.ResourceNotifications.WaitForResourceAsync("second", KnownResourceStates.Waiting, Ct);
        Assert.Empty(asked);

        well = true;
        await start;
        await app.ResourceNotifications.WaitForResourceHealthyAsync("second", Ct);

        Assert.Equal([true], asked); // Its environment was filled once, after the wait.
        await app.StopAsync(Ct);
        Assert.Equal(["before start", "initialize", "endpoints", "before started", "ready", "stopped"], events.Where(one => one is "before start" || one.EndsWith(" second", StringComparison.Ordinal)).Select(one => one.Replace(" second", "", StringComparison.Ordinal)));
        Assert.Equal("created", events.First(one => one is "created"));
        Assert.Equal(["Starting", "Waiting", "Starting", "Running", "Stopping", "Exited"], await states);

        void Hear<T>(string name) where T : IDistributedApplicationEvent => builder.Eventing.Subscribe<T>((_, _) => Note(name));
        void HearOf<T>(string name) where T : IDistributedApplicationResourceEvent => builder.Eventing.Subscribe<T>(second.Resource, (_, _) => Note($"{name} second"));
        Task Note(string name)
        {
            events.Enqueue(name);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task The_connection_string_is_told_after_the_ports_and_before_the_start_first_of_the_server_then_of_what_lives_in_it()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var server = builder.AddPostgres("pg");
        var database = server.AddDatabase("things");
        var events = new ConcurrentQueue<string>();
        Hear<InitializeResourceEvent>(server.Resource, "initialize");
        Hear<ResourceEndpointsAllocatedEvent>(server.Resource, "endpoints");
        Hear<ConnectionStringAvailableEvent>(server.Resource, "connection string");
        Hear<ConnectionStringAvailableEvent>(database.Resource, "connection string");
        Hear<BeforeResourceStartedEvent>(server.Resource, "before started");
        Hear<ResourceReadyEvent>(server.Resource, "ready");
        Hear<ResourceReadyEvent>(database.Resource, "ready");
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("things", Ct);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("pg", Ct);

        Assert.Equal(["initialize pg", "endpoints pg", "connection string pg", "connection string things", "before started pg"], events.Take(5));
        Assert.Equal(["ready pg", "ready things"], events.Skip(5).Order(StringComparer.Ordinal));

        void Hear<T>(IResource resource, string name) where T : IDistributedApplicationResourceEvent => builder.Eventing.Subscribe<T>(resource, (_, _) =>
        {
            events.Enqueue($"{name} {resource.Name}");
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Who_is_slow_to_be_healthy_is_waited_for_and_is_ready_once()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var looks = 0;
        builder.Services.AddHealthChecks().AddCheck("slow_check", () => Interlocked.Increment(ref looks) < 4 ? HealthCheckResult.Unhealthy("still warming up") : HealthCheckResult.Healthy());
        var ready = 0;
        var slow = builder.AddExecutable("slow", "sleep", ".", "600").WithHttpEndpoint().WithHealthCheck("slow_check").OnResourceReady((_, _, _) =>
        {
            Interlocked.Increment(ref ready);
            return Task.CompletedTask;
        });
        var before = 0;
        builder.AddExecutable("after", "true", ".").WaitFor(slow).WithEnvironment(_ => before = looks);
        await using var app = await builder.BuildAsync(Ct);
        var start = app.StartAsync(Ct);
        var seen = await app.ResourceNotifications.WaitForResourceAsync("slow", state => state.Snapshot.HealthReports.Any(one => one.Description == "still warming up"), Ct);
        await start;

        Assert.Equal(HealthStatus.Unhealthy, seen.Snapshot.HealthStatus);
        Assert.True(before >= 4, $"It was waited for {before} looks.");
        Assert.Equal(1, ready);
    }

    [Fact]
    public async Task Who_waits_for_a_start_does_not_wait_for_health()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck("never", () => HealthCheckResult.Unhealthy("never well"));
        var first = builder.AddExecutable("first", "sleep", ".", "600").WithHttpEndpoint().WithHealthCheck("never");
        builder.AddExecutable("second", "sleep", ".", "600").WithHttpEndpoint().WaitForStart(first);
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);

        await app.ResourceNotifications.WaitForResourceAsync("second", KnownResourceStates.Running, Ct);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("first", out var state));
        Assert.Equal(HealthStatus.Unhealthy, state.Snapshot.HealthStatus);
    }

    [Fact]
    public async Task Who_waits_for_what_can_not_start_fails_too_unless_told_to_go_on_waiting()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var missing = builder.AddExecutable("missing", "/no/such/program", ".");
        builder.AddExecutable("gives-up", "sleep", ".", "600").WaitFor(missing);
        builder.AddExecutable("goes-on", "sleep", ".", "600").WaitFor(missing, WaitBehavior.WaitOnResourceUnavailable);
        await using var app = await builder.BuildAsync(Ct);
        _ = app.StartAsync(Ct);

        await app.ResourceNotifications.WaitForResourceAsync("missing", KnownResourceStates.FailedToStart, Ct);
        var failed = await app.ResourceNotifications.WaitForResourceAsync("gives-up", state => state.Snapshot.State?.Text == KnownResourceStates.FailedToStart, Ct);
        Assert.Contains("'missing' is FailedToStart", (string)failed.Snapshot.Properties.Single(one => one.Name == "reason").Value!, StringComparison.Ordinal);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("goes-on", out var waiting));
        Assert.Equal(KnownResourceStates.Waiting, waiting.Snapshot.State?.Text);
    }

    [Fact]
    public async Task A_program_that_comes_to_Run_after_the_test_is_over_ends()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var app = await builder.BuildAsync(Ct);
        app.IsDrivenByTest = true;
        await app.DisposeAsync();

        await app.RunAsync(Ct);
    }

    [Fact]
    public async Task A_missing_program_is_one_sentence_that_names_it()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("missing", "no-such-program", ".");
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);

        var failed = await app.ResourceNotifications.WaitForResourceAsync("missing", state => state.Snapshot.State?.Text == KnownResourceStates.FailedToStart, Ct);
        Assert.Contains("no-such-program", (string)failed.Snapshot.Properties.Single(one => one.Name == "reason").Value!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waits_that_go_round_in_a_circle_are_one_sentence_before_anything_starts()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var a = builder.AddExecutable("a", "sleep", ".", "600");
        var b = builder.AddExecutable("b", "sleep", ".", "600").WaitFor(a);
        a.WaitFor(b);
        await using var app = await builder.BuildAsync(Ct);

        var problem = await Assert.ThrowsAsync<DistributedApplicationException>(() => app.StartAsync(Ct));

        Assert.Equal("'a' waits for 'b' waits for 'a': none of them would ever start.", problem.Message);
        Assert.Throws<DistributedApplicationException>(() => a.WaitFor(a));
    }

    [Fact]
    public async Task A_database_is_waited_for_through_its_server_and_is_there_when_the_wait_is_over()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var server = builder.AddPostgres("pg");
        var database = server.AddDatabase("things");
        var order = new ConcurrentQueue<string>();
        builder.Eventing.Subscribe<ResourceReadyEvent>(server.Resource, (_, _) => Note("server"));
        builder.Eventing.Subscribe<ResourceReadyEvent>(database.Resource, (_, _) => Note("database"));
        builder.AddExecutable("after", "true", ".").WaitFor(database).WithEnvironment(_ => order.Enqueue("after"));
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);

        Assert.Equal("after", order.Last());
        Assert.Equal(["after", "database", "server"], order.Order(StringComparer.Ordinal));
        await using var connection = new Npgsql.NpgsqlConnection(await app.GetConnectionStringAsync("things", Ct));
        await connection.OpenAsync(Ct);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("things", out var state));
        Assert.Equal(KnownResourceStates.Running, state.Snapshot.State?.Text);

        Task Note(string name)
        {
            order.Enqueue(name);
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData(false, 0, 0.25)]
    [InlineData(false, 7, 0.25)]
    [InlineData(true, 0, 30)]
    [InlineData(true, 1, 1)]
    [InlineData(true, 3, 3)]
    [InlineData(true, 9, 5)]
    public void Health_is_asked_for_often_at_the_start_rarely_when_all_is_well_and_less_often_the_longer_it_is_not(bool wasReady, int failures, double seconds) =>
        Assert.Equal(seconds, HealthMonitor.Pause(wasReady, failures).TotalSeconds);

    // Every state that a resource goes through, once each; ends with the last one.
    private static Task<List<string>> StatesOf(DistributedApplication app, string name)
    {
        var states = new List<string>();
        return Task.Run(async () =>
        {
            await foreach (var change in app.ResourceNotifications.WatchAsync(Ct))
            {
                if (change.ResourceId != name || change.Snapshot.State is not { } state || states.LastOrDefault() == state.Text)
                    continue;
                states.Add(state.Text);
                if (state.Text == KnownResourceStates.Exited)
                    break;
            }

            return states;
        }, Ct);
    }
}
