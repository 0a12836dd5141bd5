using System.Net.Http.Headers;
using System.Text.Json;
using Xunit;

namespace EShop.Tests.Support;

/// <summary>An answer, read.</summary>
internal sealed record Answer(int Status, JsonElement Body, HttpResponseHeaders Headers, string? MediaType)
{
    public string? Problem => MediaType == "application/problem+json" ? Text("type")?["urn:eshop:problem:".Length..] : null;

    public string Token => Text("token")!;

    public string RefreshToken => Text("refreshToken")!;

    public static async Task<Answer> Of(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new((int)response.StatusCode, text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : default, response.Headers, response.Content.Headers.ContentType?.MediaType);
    }

    public string? Text(string member) => Body.GetProperty(member).GetString();

    public JsonElement User => Body.GetProperty("user");
}
