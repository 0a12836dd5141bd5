using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using EShop.Tests.Guarantees;
using EShop.Tests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(TwinShop))]

namespace EShop.Tests.Support;

/// <summary>A second shop, with two replicas of each service, where crash points can be armed. Nobody else uses it, so its servers may be taken away and all of its books compared.
/// Started when the first test asks.</summary>
public sealed class TwinShop : IAsyncDisposable
{
    /// <summary>Those with a replica.</summary>
    public static readonly IReadOnlyList<string> Services = ["users", "products", "cart", "payment", "bill"];

    private readonly Lazy<Task<Shop>> _shop;
    private readonly string _armed = Directory.CreateTempSubdirectory("eshop-tests-crash-").FullName;

    public TwinShop() => _shop = new(StartAsync);

    /// <summary>The folder whose files are the crash points that are armed.</summary>
    public string Armed => _armed;

    public Task<Shop> ShopAsync() => _shop.Value;

    /// <summary>The ids of a service's two replicas.</summary>
    public static async Task<IReadOnlyList<string>> Replicas(Shop shop, string service)
    {
        var seen = new HashSet<string>();
        await shop.Application.ResourceNotifications.WaitForResourceAsync(service, state => seen.Add(state.ResourceId) && seen.Count == 2, TestContext.Current.CancellationToken);
        return [.. seen];
    }

    /// <summary>Starts or stops a resource.</summary>
    public static async Task Command(Shop shop, string resource, string command)
    {
        var done = await shop.Application.ResourceCommands.ExecuteCommandAsync(resource, command, TestContext.Current.CancellationToken);
        Assert.True(done.Success, $"{command} {resource}: {done.ErrorMessage}");
    }

    /// <summary>Waits until every replica of every service is healthy.</summary>
    public static async Task Healthy(Shop shop)
    {
        foreach (var service in Services)
        {
            foreach (var replica in await Replicas(shop, service))
                await shop.Healthy(replica, TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(shop.Healthy("web", TestContext.Current.CancellationToken), shop.Healthy("stripe", TestContext.Current.CancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_shop.IsValueCreated)
            await (await _shop.Value).DisposeAsync();
        Directory.Delete(_armed, recursive: true);
    }

    private async Task<Shop> StartAsync()
    {
        var shop = new Shop(model =>
        {
            foreach (var project in model.Resources.OfType<ProjectResource>().Where(project => Services.Contains(project.Name)).ToList())
            {
                model.CreateResourceBuilder(project).WithReplicas(2)
                    .WithEnvironment("DOTNET_STARTUP_HOOKS", typeof(TwinShop).Assembly.Location)
                    .WithEnvironment(CrashPoints.Folder, _armed)
                    .WithEnvironment(CrashPoints.Service, project.Name);
            }
        });
        await shop.InitializeAsync();
        await Healthy(shop);
        return shop;
    }
}
