using System.Diagnostics;
using System.Text.Json.Nodes;
using EShop.Local.Hosting;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>The shop's own manifest: what a deployment is made of.</summary>
public sealed class ShopManifestTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deployment_has_the_services_managed_servers_no_sandbox_and_no_secret()
    {
        var file = Path.Combine(Path.GetTempPath(), $"eshop-{Guid.NewGuid():N}.json");
        try
        {
            var resources = await PublishAsync(file);

            Assert.Equal(
                ["admin-email", "admin-password", "bill", "billdb", "cart", "cartdb", "key-encryption", "payment", "paymentdb", "postgres", "products", "productsdb", "redis", "stripe-secret-key",
                    "stripe-webhook-secret", "users", "usersdb", "web"],
                resources.Select(one => one.Key).Order(StringComparer.Ordinal));
            Assert.Equal("{postgres.connectionString};Database=usersdb", (string?)resources["usersdb"]!["connectionString"]);
            Assert.Equal("{redis.connectionString}", (string?)resources["cart"]!["env"]!["ConnectionStrings__redis"]);
            Assert.Equal("{stripe-secret-key.value}", (string?)resources["payment"]!["env"]!["Stripe__SecretKey"]);

            // Only the gateway is for the world, and only what draws invoices is built of a Dockerfile, which is there.
            Assert.Equal(["web"], resources.Where(one => (bool?)one.Value!["bindings"]?["http"]?["external"] == true).Select(one => one.Key));
            Assert.Equal(["bill"], resources.Where(one => (string?)one.Value!["type"] == "container.v1").Select(one => one.Key));
            Assert.True(File.Exists(Path.GetFullPath((string)resources["bill"]!["build"]!["dockerfile"]!, Path.GetDirectoryName(file)!)));

            // Whatever is a secret comes from whoever deploys.
            foreach (var secret in (string[])["admin-password", "key-encryption", "postgres", "redis", "stripe-secret-key", "stripe-webhook-secret"])
                Assert.True((bool?)resources[secret]!["inputs"]!["value"]!["secret"], secret);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<JsonObject> PublishAsync(string file)
    {
        var built = new AppHostAssembly(typeof(Projects.EShop_AppHost).Assembly).Configuration;
        var assembly = Path.Combine(Projects.EShop_AppHost.ProjectPath, "bin", built, "net10.0", "EShop.AppHost.dll");
        using var host = Process.Start(new ProcessStartInfo(Programs.Dotnet, [assembly, "--publisher", "manifest", "--output-path", file]) { RedirectStandardOutput = true })!;
        await host.WaitForExitAsync(Ct);
        Assert.Equal(0, host.ExitCode);
        return JsonNode.Parse(await File.ReadAllTextAsync(file, Ct))!["resources"]!.AsObject();
    }
}
