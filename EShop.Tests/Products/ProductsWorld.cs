using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using EShop.Contracts;
using EShop.Products;
using EShop.Tests.Messaging;
using EShop.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using Xunit;

[assembly: Xunit.AssemblyFixture(typeof(EShop.Tests.Products.SharedProducts))]

namespace EShop.Tests.Products;

/// <summary>Two processes of Products that the tests of its surface share, each with products of its own. Started when the first of them asks.</summary>
public sealed class SharedProducts : IAsyncDisposable
{
    private readonly Lock _once = new();
    private Task<ProductsWorld>? _world;

    internal Task<ProductsWorld> WorldAsync(SharedPostgres postgres)
    {
        lock (_once)
            return _world ??= StartAsync(postgres);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_world is not null)
            await (await _world).DisposeAsync();
    }

    private static async Task<ProductsWorld> StartAsync(SharedPostgres postgres)
    {
        var world = await ProductsWorld.BeginAsync(postgres);
        await world.StartAsync();
        await world.StartAsync();
        return world;
    }
}

/// <summary>A database, a broker and any number of real processes of Products alone. Its tokens are signed here; Users is never there, as it may be in life.</summary>
internal sealed class ProductsWorld : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<Child> _processes = [];
    private readonly List<HttpClient> _clients = [];
    private readonly RedisServer _redis;
    private readonly string _database;

    private ProductsWorld(RedisServer redis, string database) => (_redis, _database) = (redis, database);

    public RedisServer Redis => _redis;

    /// <summary>The first process's client without a token, and with an admin's.</summary>
    public HttpClient Guest => _clients[0];

    public HttpClient Admin => _clients[1];

    /// <summary>The second process's.</summary>
    public HttpClient Other => _clients[2];

    public HttpClient OtherAdmin => _clients[3];

    public static async Task<ProductsWorld> BeginAsync(SharedPostgres postgres)
    {
        var server = await postgres.ServerAsync();
        var world = new ProductsWorld(await RedisServer.StartNewAsync(), await server.CreateDatabaseAsync());
        await world.TrustAsync();
        return world;
    }

    /// <summary>Starts one more process and waits until it is ready.</summary>
    public async Task StartAsync(string environment = "Production")
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Take()}");
        var settings = new Dictionary<string, string>
        {
            ["DOTNET_ENVIRONMENT"] = environment,
            ["ASPNETCORE_ENVIRONMENT"] = environment,
            ["ASPNETCORE_URLS"] = address,
            ["ConnectionStrings__productsdb"] = _database,
            ["ConnectionStrings__redis"] = _redis.ConnectionString,
            ["Logging__LogLevel__Default"] = "Warning",
        };
        _processes.Add(await Child.StartAsync("root", "KILL", settings, "dotnet", BuiltProject.Assembly("Services/Products")));
        var guest = new HttpClient { BaseAddress = new Uri(address) };
        var admin = new HttpClient { BaseAddress = new Uri(address), DefaultRequestHeaders = { Authorization = Bearer("admin") } };
        _clients.AddRange([guest, admin]);
        await Eventually.Get(() => guest.GetAsync("/health"), answer => answer.IsSuccessStatusCode, TimeSpan.FromSeconds(60));
    }

    /// <summary>The header with a token of this role, issued so long ago.</summary>
    public AuthenticationHeaderValue Bearer(string role, TimeSpan age = default) => new("Bearer", new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = "https://users.eshop.test",
        Audience = "eshop",
        IssuedAt = DateTime.UtcNow - age,
        Expires = DateTime.UtcNow.AddMinutes(15),
        TokenType = "JWT",
        Subject = new ClaimsIdentity([new("sub", Guid.CreateVersion7().ToString()), new("name", "Núria"), new("email", "nuria@example.com"), new("role", role), new("jti", Guid.NewGuid().ToString())]),
        SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = "tests" }, SecurityAlgorithms.EcdsaSha256),
    }));

    /// <summary>A new product; what is given replaces what it has otherwise.</summary>
    public async Task<JsonElement> ProductAsync(object? product = null)
    {
        var answer = await Admin.PostAsJsonAsync("/api/products", product ?? new { name = "Cafetera", price = 12.50, stock = 10 });
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<Guid> ProductAsync(int stock) => (await ProductAsync(new { name = "Cafetera", price = 12.50, stock })).GetProperty("id").GetGuid();

    public async Task<(int Stock, int Reserved)> ShelfAsync(Guid id, HttpClient? replica = null)
    {
        var product = await (replica ?? Guest).GetFromJsonAsync<JsonElement>($"/api/products/{id}");
        return (product.GetProperty("stock").GetInt32(), product.GetProperty("reserved").GetInt32());
    }

    /// <summary>Appends an event to its publisher's stream, as that service's relay would.</summary>
    public Task AppendAsync<TEvent>(TEvent happened, Guid? id = null)
        where TEvent : IEvent<TEvent> => _redis.Database.StreamAddAsync($"{{events:{TEvent.Publisher}}}",
        [
            new("id", (id ?? Guid.CreateVersion7()).ToString()), new("source", $"/{TEvent.Publisher}"), new("type", TEvent.Type), new("subject", happened.Subject),
            new("time", DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture)), new("specversion", "1.0"), new("datacontenttype", "application/json"),
            new("data", JsonSerializer.Serialize(happened, JsonSerializerOptions.Web)),
        ]);

    /// <summary>The data of the events of this kind that were published about a subject, oldest first.</summary>
    public async Task<IReadOnlyList<JsonElement>> PublishedAsync(string type, Guid subject)
    {
        var data = new List<JsonElement>();
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var read = new NpgsqlCommand("SELECT data FROM outbox WHERE type = $1 AND subject = $2 ORDER BY id", connection) { Parameters = { new() { Value = type }, new() { Value = subject.ToString() } } };
        await using var row = await read.ExecuteReaderAsync();
        while (await row.ReadAsync())
            data.Add(JsonSerializer.Deserialize<JsonElement>(row.GetString(0)));
        return data;
    }

    public async Task<T> ValueAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var read = new NpgsqlCommand(sql, connection);
        return (T)(await read.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        foreach (var process in _processes)
        {
            await process.EndAsync(Signal.Kill);
            await process.DisposeAsync();
        }
        await _redis.DisposeAsync();
        _key.Dispose();
    }

    // What a service keeps of Users' keys; read at its start, so before it.
    private async Task TrustAsync()
    {
        await using var db = new ProductsDb(new DbContextOptionsBuilder<ProductsDb>().UseNpgsql(_database).UseSnakeCaseNamingConvention().Options);
        await db.Database.MigrateAsync();
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var jwk = $$"""{"kty":"EC","crv":"P-256","x":"{{Base64UrlEncoder.Encode(point.X)}}","y":"{{Base64UrlEncoder.Encode(point.Y)}}","kid":"tests"}""";
        await db.Database.ExecuteSqlAsync($"INSERT INTO trusted_keys (kid, jwk) VALUES ('tests', {jwk}) ON CONFLICT DO NOTHING");
    }
}
