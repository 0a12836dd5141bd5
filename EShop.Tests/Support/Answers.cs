using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace EShop.Tests.Support;

/// <summary>Asks a service, and looks at what it answers.</summary>
internal static class Answers
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Task<HttpResponseMessage> Send(this HttpClient client, HttpMethod method, string path, object? body = null, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
            request.Headers.TryAddWithoutValidation(name, value);
        return client.SendAsync(request, Stop);
    }

    public static async Task<JsonElement> Body(this HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);

    /// <summary>Asserts a refusal of this kind, with a problem body.</summary>
    public static async Task<JsonElement> Is(this Task<HttpResponseMessage> asked, int status, string problem)
    {
        using var answer = await asked;
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal($"urn:eshop:problem:{problem}", json.GetProperty("type").GetString());
        return json;
    }

    /// <summary>Asserts success and takes the body.</summary>
    public static async Task<JsonElement> Ok(this Task<HttpResponseMessage> asked, int status = 200)
    {
        using var answer = await asked;
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        return JsonDocument.Parse(body).RootElement;
    }
}
