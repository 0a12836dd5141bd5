using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EShop.Tests.Messaging;
using EShop.Tests.Support;
using EShop.Tests.Users;
using Npgsql;
using Xunit;

namespace EShop.Tests.Hosting;

/// <summary>PostgreSQL and Redis behind TLS, by the connection string alone, with servers that take nobody without.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("eshop-tests-tls-").FullName;
    private readonly int _redisPort = FreePort.Take();
    private PostgresServer _postgres = null!;
    private Child _redis = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var authority = Authority("The CA of this test");
        using var other = Authority("Another CA");
        await File.WriteAllTextAsync(In("ca.crt"), authority.ExportCertificatePem());
        await File.WriteAllTextAsync(In("other.crt"), other.ExportCertificatePem());
        await IssueAsync(authority);
        _postgres = await PostgresServer.StartNewAsync(In("server.crt"));
        _redis = await Child.StartAsync("root", "KILL", new Dictionary<string, string>(), "redis-server", "--port", "0", "--tls-port", $"{_redisPort}", "--bind", "127.0.0.1", "--save", "", "--dir", _folder,
            "--tls-cert-file", In("server.crt"), "--tls-key-file", In("server.key"), "--tls-ca-cert-file", In("ca.crt"), "--tls-auth-clients", "no", "--protected-mode", "no");
        await Eventually.True(async () =>
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(IPAddress.Loopback, _redisPort, Ct);
            return true;
        }, what: "Redis listens");
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_service_does_its_work_over_TLS_and_a_certificate_of_another_CA_is_refused() => await Task.WhenAll(WorksAsync(), WithoutBrokerAsync(), WithoutDatabaseAsync());

    private async Task WorksAsync()
    {
        var database = await _postgres.CreateDatabaseAsync();
        await using var users = await LoneProject.StartAsync("Services/Users", Environment(database, "ca.crt", "ca.crt"));
        await Eventually.Get(() => HealthAsync(users), health => health == "healthy");
        await users.Client.PostAsJsonAsync("/api/users/register", new { name = "Ana", email = "ana@example.com", password = Person.Password }, Ct).Ok(201);
        // Its event is on its way over Redis, and its connections are what they were asked to be.
        await Eventually.True(async () => await CountAsync(database, "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL") == 1, what: "the event is published");
        Assert.Equal(0, await CountAsync(database, "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.client_addr IS NOT NULL AND NOT s.ssl"));
    }

    private async Task WithoutBrokerAsync()
    {
        var database = await _postgres.CreateDatabaseAsync();
        await using var users = await LoneProject.StartAsync("Services/Users", Environment(database, "ca.crt", "other.crt"));
        await Eventually.Get(() => HealthAsync(users), health => health == "degraded");
        await users.Client.PostAsJsonAsync("/api/users/register", new { name = "Eva", email = "eva@example.com", password = Person.Password }, Ct).Ok(201);
        await Eventually.True(() => users.Output.Contains("The relay could not publish", StringComparison.Ordinal));
        Assert.Equal(1, await CountAsync(database, "SELECT count(*) FROM outbox WHERE published_at IS NULL"));
    }

    /// <summary>Then it never listens, and says why.</summary>
    private async Task WithoutDatabaseAsync()
    {
        await using var users = LoneProject.Launch("Services/Users", Environment(await _postgres.CreateDatabaseAsync(), "other.crt", "ca.crt"));
        await Eventually.True(() => users.Output.Contains("SSL handshake", StringComparison.Ordinal));
        Assert.DoesNotContain("Now listening", users.Output, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Environment(string database, string databaseCa, string brokerCa) => new()
    {
        ["ConnectionStrings__usersdb"] = new NpgsqlConnectionStringBuilder(database) { Host = "localhost", SslMode = SslMode.VerifyFull, RootCertificate = In(databaseCa) }.ConnectionString,
        ["ConnectionStrings__redis"] = $"localhost:{_redisPort},ssl=true,sslHost=localhost",
        ["SERedis_IssuerCertPath"] = In(brokerCa),
        ["Keys__Encryption"] = new string('k', 32),
        // Where every core is busy, a password that stands back behind all else would not be answered in time.
        ["Passwords__Niceness"] = "0",
        ["Passwords__Cost"] = "10",
    };

    private static async Task<long> CountAsync(string connectionString, string sql)
    {
        await using var database = new NpgsqlConnection(connectionString);
        await database.OpenAsync(Ct);
        await using var count = new NpgsqlCommand(sql, database);
        return (long)(await count.ExecuteScalarAsync(Ct))!;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>A certificate for this machine's name.</summary>
    private async Task IssueAsync(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        await File.WriteAllTextAsync(In("server.crt"), certificate.ExportCertificatePem(), Ct);
        await File.WriteAllTextAsync(In("server.key"), key.ExportPkcs8PrivateKeyPem(), Ct);
    }

    private string In(string file) => Path.Combine(_folder, file);

    private static async Task<string?> HealthAsync(LoneProject users) => (await Answer.Of(await users.Client.GetAsync("/health", Ct))).Text("status");
}
