using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using EShop.Tests.Support;
using Npgsql;
using StackExchange.Redis;
using Xunit;

[assembly: AssemblyFixture(typeof(Shop))]

namespace EShop.Tests.Support;

/// <summary>
/// The whole shop, started once for the run from the app model that everybody starts, on free ports and in a data folder of its own. A test class
/// takes it as a constructor parameter.
/// </summary>
public sealed class Shop : IAsyncLifetime
{
    /// <summary>The names of the resources that speak HTTP.</summary>
    public static readonly IReadOnlyList<string> Services = ["users", "products", "cart", "payment", "bill", "stripe", "web"];

    public const string AdminEmail = "admin@eshop.test";
    public const string AdminPassword = "the-admin-of-the-tests-1";

    /// <summary>Set to anything, the shop is that of <c>./eshop chaos</c>: two replicas of the gateway and of each service, a minute to pay, and a look at Stripe's records every half a minute.</summary>
    public const string Doubled = "ESHOP_DOUBLED";

    public static bool IsDoubled => Environment.GetEnvironmentVariable(Doubled) is not null;

    private readonly ConcurrentDictionary<string, (string Resource, int Pid)> _processes = [];
    private readonly SemaphoreSlim _oneLogin = new(1);
    private IDistributedApplicationTestingBuilder _builder = null!;
    private DistributedApplication _application = null!;
    private ConnectionMultiplexer? _redis;
    private OtlpReceiver _traces = null!;
    private (string Token, DateTimeOffset Until)? _admin;

    private readonly Action<IDistributedApplicationTestingBuilder> _change = _ => { };

    /// <summary>As everybody starts it.</summary>
    public Shop()
    {
    }

    /// <summary>Another one, with a change of the model.</summary>
    internal Shop(Action<IDistributedApplicationTestingBuilder> change) => _change = change;

    internal DistributedApplication Application => _application;

    /// <summary>Sees every request of the clients that are made from now on.</summary>
    internal Func<DelegatingHandler>? Watch { get; set; }

    /// <summary>The spans that the services sent.</summary>
    public OtlpReceiver Traces => _traces;

    /// <summary>The folder with the run's data; logs are in <c>logs/NAME.log</c>.</summary>
    public string DataFolder => _builder.Configuration["Local:DataFolder"]!;

    public async ValueTask InitializeAsync()
    {
        _traces = await OtlpReceiver.StartAsync();
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.EShop_AppHost>(
            [
                $"--ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL={_traces.Address.ToString().TrimEnd('/')}",
                $"--Parameters:admin-email={AdminEmail}",
                $"--Parameters:admin-password={AdminPassword}",
            ]);

        // Where every core is busy, logins that stand back behind all else would not be answered in time.
        _builder.CreateResourceBuilder(_builder.Resources.OfType<ProjectResource>().Single(project => project.Name == "users"))
            .WithEnvironment("Passwords__Niceness", "0")
            .WithEnvironment("Passwords__Cost", "10");
        if (IsDoubled)
            Double();
        foreach (var project in _builder.Resources.OfType<ProjectResource>().ToList())
            _builder.CreateResourceBuilder(project).WithEnvironment("OTEL_METRIC_EXPORT_INTERVAL", "5000");
        _change(_builder);
        _application = await _builder.BuildAsync();
        _ = Task.Run(FollowProcesses);
        await _application.StartAsync();

        // A service that does not come up fails its own tests, not everybody's.
        await AllUp().ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>Waits, for a minute, until every service is healthy.</summary>
    public async Task AllUp(CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        await Task.WhenAll(Services.Select(name => Healthy(name, deadline.Token)));
    }

    private void Double()
    {
        foreach (var project in _builder.Resources.OfType<ProjectResource>().Where(project => project.Name != "stripe"))
            _builder.CreateResourceBuilder(project).WithReplicas(2);
        _builder.CreateResourceBuilder(_builder.Resources.OfType<ProjectResource>().Single(project => project.Name == "payment"))
            .WithEnvironment("Payment__Deadline", "00:01:00")
            .WithEnvironment("Payment__ReconcileEvery", "00:00:30");
    }

    private async Task FollowProcesses()
    {
        await foreach (var now in _application.ResourceNotifications.WatchAsync())
        {
            if (PidOf(now.Snapshot) is { } pid)
                _processes[now.ResourceId] = (now.Resource.Name, pid);
            else
                _processes.TryRemove(now.ResourceId, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
        await _builder.DisposeAsync();
        await _traces.DisposeAsync();
        _oneLogin.Dispose();
    }

    /// <summary>A client through the gateway, or of one service alone; nobody is logged in.</summary>
    public HttpClient Client(string resource = "web")
    {
        if (Watch?.Invoke() is not { } watch)
            return _application.CreateHttpClient(resource);
        watch.InnerHandler = new SocketsHttpHandler();
        return new HttpClient(watch) { BaseAddress = Address(resource) };
    }

    /// <summary>The address of a service.</summary>
    public Uri Address(string resource) => _application.GetEndpoint(resource);

    /// <summary>A customer who has just registered; the client, through the gateway, carries the token.</summary>
    public async Task<Customer> Customer(string? email = null)
    {
        email ??= $"buyer-{Guid.NewGuid():N}@eshop.test";
        const string password = "a-password-for-tests";
        var client = Client();
        using var answer = await client.PostAsJsonAsync("/api/users/register", new { name = "Zoë Ångström", email, password }, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var token = body.GetProperty("token").GetString()!;
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new(client, body.GetProperty("user").GetProperty("id").GetGuid(), email, password, token);
    }

    /// <summary>A client through the gateway with the first admin's token; he logs in for all tests, and anew every four minutes, since the operations want a fresh token.</summary>
    public async Task<HttpClient> Admin()
    {
        var client = Client();
        await _oneLogin.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_admin is not { } login || login.Until - DateTimeOffset.UtcNow < TimeSpan.FromMinutes(11))
            {
                using var answer = await client.PostAsJsonAsync(
                    "/api/users/login", new { email = AdminEmail, password = AdminPassword }, TestContext.Current.CancellationToken);
                answer.EnsureSuccessStatusCode();
                var body = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
                _admin = login = (body.GetProperty("token").GetString()!, body.GetProperty("expiresAt").GetDateTimeOffset());
            }

            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.Token);
            return client;
        }
        finally
        {
            _oneLogin.Release();
        }
    }

    /// <summary>The same admin, who has logged in this moment: for what operators do.</summary>
    public async Task<HttpClient> FreshAdmin()
    {
        await _oneLogin.WaitAsync(TestContext.Current.CancellationToken);
        _admin = null;
        _oneLogin.Release();
        return await Admin();
    }

    /// <summary>What a parameter of the model is set to, a secret too.</summary>
    public string Parameter(string name) => _builder.Resources.OfType<ParameterResource>().Single(parameter => parameter.Name == name).Value;

    /// <summary>An open connection to a service's database, <c>cartdb</c> for example.</summary>
    public async Task<NpgsqlConnection> Database(string name)
    {
        // A small pool: the server's connections are counted, and the services need theirs.
        var settings = new NpgsqlConnectionStringBuilder(await ConnectionString(name)) { MaxPoolSize = 4 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>What a service is given to find a database, or <c>redis</c>.</summary>
    public async Task<string> ConnectionString(string name) => (await _application.GetConnectionStringAsync(name))!;

    /// <summary>The same server, and a database that nobody else has; a service makes it when it starts.</summary>
    public async Task<string> NewDatabase() =>
        new NpgsqlConnectionStringBuilder(await ConnectionString("billdb")) { Database = $"test_{Guid.NewGuid():N}" }.ConnectionString;

    /// <summary>A connection to the broker, one for all tests.</summary>
    public async Task<IDatabase> Redis() =>
        (_redis ??= await ConnectionMultiplexer.ConnectAsync(await _application.GetConnectionStringAsync("redis") + ",allowAdmin=true")).GetDatabase();

    /// <summary>The process of a resource; null while it is down.</summary>
    public int? Pid(string resource) =>
        _application.ResourceNotifications.TryGetCurrentState(resource, out var now)
            ? PidOf(now.Snapshot)
            : null;

    /// <summary>The processes of a resource that are up, each replica's.</summary>
    public IReadOnlyList<(string Id, int Pid)> Processes(string resource) =>
        [.. _processes.Where(one => one.Value.Resource == resource).Select(one => (one.Key, one.Value.Pid)).OrderBy(one => one.Key, StringComparer.Ordinal)];

    /// <summary>Carries out a command of the host's on a resource: <c>stop</c>, <c>start</c>.</summary>
    /// <returns>False where it can't be done in the state that the resource is in.</returns>
    public async Task<bool> Command(string resource, string command) =>
        (await _application.ResourceCommands.ExecuteCommandAsync(resource, command, TestContext.Current.CancellationToken)).Success;

    /// <summary>Kills a resource's process without warning, <c>kill -9</c>; the host starts it again. Returns the id of the killed process.</summary>
    public async Task<int> Kill(string resource)
    {
        var pid = await Eventually.Get(() => Task.FromResult(Pid(resource)), found => found is not null, what: $"{resource} has a process");
        using var process = System.Diagnostics.Process.GetProcessById(pid!.Value);
        process.Kill();
        return pid.Value;
    }

    /// <summary>The same, until it was started again and is healthy.</summary>
    public async Task KillUntilBack(string resource) => await Back(resource, await Kill(resource), TestContext.Current.CancellationToken);

    /// <summary>Waits until a resource has another process than the one that was killed, and is healthy.</summary>
    public async Task Back(string resource, int killed, CancellationToken cancellationToken)
    {
        await Eventually.True(() => Pid(resource) is { } now && now != killed, TimeSpan.FromSeconds(60), $"{resource} is started again");
        await Healthy(resource, cancellationToken);
    }

    private static int? PidOf(CustomResourceSnapshot snapshot) => snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value as int?;

    /// <summary>Waits until a resource is healthy.</summary>
    public Task Healthy(string resource, CancellationToken cancellationToken = default) =>
        _application.ResourceNotifications.WaitForResourceHealthyAsync(resource, WaitBehavior.WaitOnResourceUnavailable, cancellationToken);
}
