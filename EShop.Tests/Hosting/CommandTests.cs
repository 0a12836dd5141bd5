using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using EShop.Local.Hosting;
using EShop.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>What a person can do to a resource while the application runs, and replicas behind one address.</summary>
public sealed class CommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_started_explicitly_waits_for_a_person_and_can_be_stopped_and_restarted()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("tool", "sleep", ".", "600").WithHttpEndpoint().WithExplicitStart();
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);
        await app.ResourceNotifications.WaitForResourceAsync("tool", KnownResourceStates.NotStarted, Ct);
        Assert.False((await app.ResourceCommands.ExecuteCommandAsync("tool", "stop", Ct)).Success);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("tool", "start", Ct)).Success);
        var first = await RunningPid(app);
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("tool", "restart", Ct)).Success);
        var second = await RunningPid(app);
        Assert.NotEqual(first, second);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("tool", "stop", Ct)).Success);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("tool", out var stopped));
        Assert.Equal(KnownResourceStates.Exited, stopped.Snapshot.State?.Text);
        Assert.False(Directory.Exists($"/proc/{second}"));
    }

    [Fact]
    public async Task Start_releases_what_waits()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.Services.AddHealthChecks().AddCheck("never", () => HealthCheckResult.Unhealthy());
        var never = builder.AddExecutable("never", "sleep", ".", "600").WithHttpEndpoint().WithHealthCheck("never");
        builder.AddExecutable("waits", "sleep", ".", "600").WithHttpEndpoint().WaitFor(never);
        await using var app = await builder.BuildAsync(Ct);
        var start = app.StartAsync(Ct);
        await app.ResourceNotifications.WaitForResourceAsync("waits", KnownResourceStates.Waiting, Ct);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("waits", "start", Ct)).Success);

        await app.ResourceNotifications.WaitForResourceAsync("waits", KnownResourceStates.Running, Ct);
        await start;
    }

    [Fact]
    public async Task A_command_of_the_models_own_runs_and_says_what_became_of_it()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var isAllowed = true;
        builder.AddExecutable("tool", "sleep", ".", "600").WithHttpEndpoint()
            .WithCommand("ping", "Ping", context => Task.FromResult(context.ResourceName == "tool" ? CommandResults.Success() : CommandResults.Failure()))
            .WithCommand("fail", "Fail", _ => throw new InvalidOperationException("it is broken"))
            .WithCommand("maybe", "Maybe", _ => Task.FromResult(CommandResults.Success()), new() { UpdateState = _ => isAllowed ? ResourceCommandState.Enabled : ResourceCommandState.Disabled });
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("tool", "ping", Ct)).Success);
        Assert.Equal("it is broken", (await app.ResourceCommands.ExecuteCommandAsync("tool", "fail", Ct)).ErrorMessage);
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("tool", "maybe", Ct)).Success);
        isAllowed = false;
        Assert.False((await app.ResourceCommands.ExecuteCommandAsync("tool", "maybe", Ct)).Success);
        Assert.Equal("'tool' has no command 'dance'.", (await app.ResourceCommands.ExecuteCommandAsync("tool", "dance", Ct)).ErrorMessage);
        Assert.Equal("There is no 'nobody'.", (await app.ResourceCommands.ExecuteCommandAsync("nobody", "ping", Ct)).ErrorMessage);
    }

    [Fact]
    public async Task Replicas_are_processes_behind_one_address_that_answers_while_one_of_them_is_up()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var products = Path.Combine(Path.GetDirectoryName(Projects.AppHost.ProjectPath)!, "Products", "Products.csproj");
        var service = builder.AddProject("products", products).WithReplicas(2).WithHttpHealthCheck("/health");
        builder.AddExecutable("after", "true", ".").WaitFor(service);
        await using var app = await builder.BuildAsync(Ct);
        await app.StartAsync(Ct);
        var rows = await Replicas(app);
        Assert.Equal(2, rows.Length);
        Assert.All(rows, row => Assert.Matches("^products-[a-z]{8}$", row.ResourceId));
        var pids = rows.Select(row => Pid(row)).ToHashSet();

        Assert.Equal(pids, await Answers(app, 8));

        // The address stays while one is down, and nobody is refused.
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync(rows[0].ResourceId, "stop", Ct)).Success);
        Assert.Equal([Pid(rows[1])], await Answers(app, 8));
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync(rows[0].ResourceId, "start", Ct)).Success);
        await Eventually.True(async () => (await Answers(app, 8)).Count == 2, what: "both replicas answer again");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_replica_that_is_gone_takes_with_it_the_connections_that_it_had(bool isReset)
    {
        using var replica = new TcpListener(IPAddress.Loopback, 0);
        replica.Start();
        var port = Ports.Free();
        using var shared = new Replicas(port, [((IPEndPoint)replica.LocalEndpoint).Port]);
        shared.Start();
        using var caller = new TcpClient();
        await caller.ConnectAsync(IPAddress.Loopback, port, Ct);
        var taken = await replica.AcceptSocketAsync(Ct);
        await taken.SendAsync("half an ans"u8.ToArray(), Ct);
        var answer = new byte[100];
        Assert.Equal(11, await caller.GetStream().ReadAsync(answer, Ct));

        // As a process that is killed: with a word that it has not read yet its connection is reset, and else ended.
        if (isReset)
            taken.Close(0);
        else
            taken.Close();

        try
        {
            Assert.Equal(0, await caller.GetStream().ReadAsync(answer, Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Ct));
            Assert.False(isReset, "An answer that was cut off looks like one that ended.");
        }
        catch (IOException)
        {
            Assert.True(isReset);
        }
    }

    private static async Task<ResourceEvent[]> Replicas(DistributedApplication app)
    {
        var seen = new Dictionary<string, ResourceEvent>();
        await app.ResourceNotifications.WaitForResourceAsync("products", state =>
        {
            seen[state.ResourceId] = state;
            return seen.Values.Count(one => one.Snapshot.State?.Text == KnownResourceStates.Running) == 2;
        }, Ct);
        return [.. seen.Values.OrderBy(one => one.ResourceId, StringComparer.Ordinal)];
    }

    // Who answers: a connection for each call, for a connection stays with whom it reached.
    private static async Task<HashSet<int?>> Answers(DistributedApplication app, int calls)
    {
        var pids = new HashSet<int?>();
        for (var i = 0; i < calls; i++)
        {
            using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = app.GetEndpoint("products") };
            pids.Add(int.Parse(await client.GetStringAsync("/", Ct), System.Globalization.CultureInfo.InvariantCulture));
        }

        return pids;
    }

    private static async Task<int?> RunningPid(DistributedApplication app) =>
        Pid(await app.ResourceNotifications.WaitForResourceAsync("tool", state => state.Snapshot.State?.Text == KnownResourceStates.Running, Ct));

    private static int? Pid(ResourceEvent state) => state.Snapshot.ProcessId();
}
