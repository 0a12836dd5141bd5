using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace EShop.Tests.Products;

/// <summary>How the tests of the catalogue ask, and how they read the answers.</summary>
internal static class CatalogCalls
{
    public static string Unique() => Guid.NewGuid().ToString("N");

    public static string Path(this JsonElement product) => $"/api/products/{product.GetProperty("id").GetString()}";

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();

    public static Task<HttpResponseMessage> PutAsync(this ProductsWorld world, JsonElement product, object body, string? ifMatch = null)
    {
        var put = new HttpRequestMessage(HttpMethod.Put, product.Path()) { Content = JsonContent.Create(body) };
        if (ifMatch is not null)
            put.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return world.Admin.SendAsync(put);
    }

    public static Task<HttpResponseMessage> KeyedAsync(this ProductsWorld world, string path, object body, string key) =>
        world.Admin.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Idempotency-Key", key } } });

    /// <summary>The problem that was answered: of this status and this kind, or the test fails.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage answer, HttpStatusCode status, string type)
    {
        var problem = await answer.JsonAsync();
        Assert.Equal((status, $"urn:eshop:problem:{type}", "application/problem+json"), (answer.StatusCode, problem.GetProperty("type").GetString(), answer.Content.Headers.ContentType?.MediaType));
        return problem;
    }
}
