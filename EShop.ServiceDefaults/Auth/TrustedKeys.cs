using System.Collections.Frozen;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace EShop.ServiceDefaults;

/// <summary>The last key set of Users, kept in the service's own database: read there at start, asked for every 20 s (every second while there is none), and at an unknown
/// <c>kid</c> at most every 10 s.</summary>
internal sealed partial class TrustedKeys(NpgsqlDataSource database, IHttpClientFactory clients, TimeProvider clock, ILogger<TrustedKeys> logger)
    : BackgroundService, ITokenKeys
{
    public const string Client = "users-keys";

    // While everything starts together, Users is away for a moment: that is no news.
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _refreshing = new(1);
    private DateTimeOffset _refreshed = DateTimeOffset.MinValue;
    private DateTimeOffset? _awaySince;
    private bool _told;
    private string _known = "";

    public IReadOnlyDictionary<string, SecurityKey> Current { get; private set; } = FrozenDictionary<string, SecurityKey>.Empty;

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow() - _refreshed < TimeSpan.FromSeconds(10) || !await _refreshing.WaitAsync(TimeSpan.FromSeconds(2), cancellationToken))
            return;
        try
        {
            if (clock.GetUtcNow() - _refreshed >= TimeSpan.FromSeconds(10))
                await FetchAsync(cancellationToken);
        }
        finally
        {
            _refreshing.Release();
        }
    }

    public override void Dispose()
    {
        _refreshing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await LoadAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await _refreshing.WaitAsync(stoppingToken);
            try
            {
                await FetchAsync(stoppingToken);
            }
            finally
            {
                _refreshing.Release();
            }

            await Task.Delay(Current.Count == 0 ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(20), clock, stoppingToken);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            List<JsonWebKey> keys = [];
            await using var command = database.CreateCommand("SELECT jwk FROM trusted_keys");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                keys.Add(new JsonWebKey(reader.GetString(0)));
            Trust(keys);
        }
        catch (NpgsqlException exception)
        {
            NotRead(logger, exception.Message);
        }
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        _refreshed = clock.GetUtcNow();
        try
        {
            using var http = clients.CreateClient(Client);
            var answer = await http.GetStringAsync(new Uri("http://users/.well-known/jwks.json"), cancellationToken);
            if (answer != _known)
                await TakeAsync(answer, cancellationToken);
            (_awaySince, _told) = (null, false);
        }
        catch (Exception exception) when (exception is HttpRequestException or ArgumentException or NpgsqlException or TimeoutException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _awaySince ??= _refreshed;
            if (_told || clock.GetUtcNow() - _awaySince < Lasting)
                return;
            _told = true;
            NotFetched(logger, _awaySince.Value, exception.Message);
        }
    }

    private async Task TakeAsync(string answer, CancellationToken cancellationToken)
    {
        var keys = new JsonWebKeySet(answer).Keys;
        if (keys.Count == 0)
            return; // A Users without keys is one that is not ready, never a reason to forget those that we trust.
        Trust(keys);
        await StoreAsync(keys, cancellationToken);
        _known = answer;
    }

    private void Trust(IEnumerable<JsonWebKey> keys) => Current = keys
        .Where(key => key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve && !string.IsNullOrEmpty(key.Kid))
        .ToFrozenDictionary(key => key.Kid, SecurityKey (key) => key);

    // One statement, so that no reader ever sees a half of the set.
    private async Task StoreAsync(IEnumerable<JsonWebKey> keys, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            WITH trusted (kid, jwk) AS (SELECT * FROM unnest($1::text[], $2::text[])),
                 gone AS (DELETE FROM trusted_keys WHERE kid NOT IN (SELECT kid FROM trusted))
            INSERT INTO trusted_keys (kid, jwk) SELECT kid, jwk FROM trusted ON CONFLICT (kid) DO UPDATE SET jwk = excluded.jwk
            """);
        var all = keys.Where(key => !string.IsNullOrEmpty(key.Kid)).ToList();
        command.Parameters.AddWithValue(all.Select(key => key.Kid).ToArray());
        command.Parameters.AddWithValue(all.Select(key => $$"""{"kty":"{{key.Kty}}","crv":"{{key.Crv}}","x":"{{key.X}}","y":"{{key.Y}}","kid":"{{key.Kid}}"}""").ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(20, LogLevel.Warning, "The trusted keys can't be read from the database: {Reason}")]
    private static partial void NotRead(ILogger logger, string reason);

    [LoggerMessage(21, LogLevel.Warning, "The keys of Users can't be had since {Since:u}: {Reason}; those that are known stay trusted")]
    private static partial void NotFetched(ILogger logger, DateTimeOffset since, string reason);
}
