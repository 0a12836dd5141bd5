using System.Net.Http.Headers;
using System.Net.Http.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Users;

/// <summary>Somebody at Users itself, with an e-mail address and a network address that no other test has.</summary>
internal sealed class Person : IDisposable
{
    public const string Password = "correct horse battery";

    private readonly HttpClient _users;

    public Person(Shop shop, string? address = null)
    {
        _users = shop.Client("users");
        _users.DefaultRequestHeaders.Add("X-Forwarded-For", address ?? NewAddress());
    }

    public string Email { get; } = $"Person-{Guid.NewGuid():N}@Example.com";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static string NewAddress() => $"198.18.{Random.Shared.Next(256)}.{Random.Shared.Next(1, 255)}";

    public void Dispose() => _users.Dispose();

    public Task<Answer> Register(string? password = null) => Post("register", new { name = " Ana Núñez ", email = Email, password = password ?? Password, role = "admin", id = Guid.Empty });

    public Task<Answer> Login(string? password = null, string? email = null) => Post("login", new { email = email ?? Email, password = password ?? Password });

    public Task<Answer> Refresh(string token) => Post("refresh", new { refreshToken = token });

    public Task<Answer> Post(string call, object body) => Send(HttpMethod.Post, $"/api/users/{call}", JsonContent.Create(body));

    public async Task<Answer> Send(HttpMethod method, string path, HttpContent? content = null, string? token = null, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (ifNoneMatch is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        using var response = await _users.SendAsync(request, Ct);
        return await Answer.Of(response);
    }
}
