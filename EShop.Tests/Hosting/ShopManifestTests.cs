using System.Diagnostics;
using System.Text.Json.Nodes;
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
                ["admin-email", "admin-password", "bill", "billdb", "cart", "cartdb", "key-encryption", "payment", "paymentdb", "postgres", "products", "productsdb", "redis", "seller-city",
                    "seller-country", "seller-line1", "seller-name", "seller-postalcode", "seller-taxid", "stripe-secret-key", "stripe-webhook-secret", "users", "usersdb", "web"],
                resources.Select(one => one.Key).Order(StringComparer.Ordinal));
            Assert.Equal("{postgres.connectionString};Database=usersdb", (string?)resources["usersdb"]!["connectionString"]);
            Assert.Equal("{redis.connectionString}", (string?)resources["cart"]!["env"]!["ConnectionStrings__redis"]);
            Assert.Equal("{stripe-secret-key.value}", (string?)resources["payment"]!["env"]!["Stripe__SecretKey"]);

            // Only the gateway is for the world, and only what draws invoices is built of a Dockerfile, which is there.
            Assert.Equal(["web"], resources.Where(one => (bool?)one.Value!["bindings"]?["http"]?["external"] == true).Select(one => one.Key));
            Assert.Equal(["bill"], resources.Where(one => (string?)one.Value!["type"] == "container.v1").Select(one => one.Key));
            Assert.True(File.Exists(Path.GetFullPath((string)resources["bill"]!["build"]!["dockerfile"]!, Path.GetDirectoryName(file)!)));

            // Nobody is told to believe what any client says of its address, and an invoice names who sells.
            Assert.DoesNotContain(resources, one => one.Value!["env"]?["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] is not null);
            Assert.Equal("{seller-taxid.value}", (string?)resources["bill"]!["env"]!["Store__Seller__TaxId"]);

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
        using var host = Process.Start(BuiltHost.Start(Projects.EShop_AppHost.ProjectPath, "--publisher", "manifest", "--output-path", file))!;
        await host.WaitForExitAsync(Ct);
        Assert.Equal(0, host.ExitCode);
        return JsonNode.Parse(await File.ReadAllTextAsync(file, Ct))!["resources"]!.AsObject();
    }
}
