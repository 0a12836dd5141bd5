using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EShop.ServiceDefaults;

/// <summary>A number that the service's database knows, told as a gauge.</summary>
/// <param name="Name">The instrument's name.</param>
/// <param name="Unit">Its unit, as in <c>{payment}</c> or <c>s</c>.</param>
/// <param name="Description">What it counts.</param>
/// <param name="Attribute">By what it is told apart, or null where there is one number.</param>
public sealed record DatabaseGauge(string Name, string Unit, string Description, string? Attribute = null);

/// <summary>Gauges over a service's own database.</summary>
public static class DatabaseGaugesExtensions
{
    /// <summary>Tells what a query answers as gauges. All queries of a service are one statement, which is asked every 15 s (<c>Telemetry:DatabaseEvery</c>), whoever collects and however
    /// often. While the database does not answer nothing is told. Each replica tells the same numbers.</summary>
    /// <param name="meter">The meter's name.</param>
    /// <param name="query">A SELECT of three columns: the gauge's name, its attribute's value (or NULL), and the number as <c>float8</c>.</param>
    /// <param name="gauges">What the query answers.</param>
    public static IHostApplicationBuilder AddDatabaseGauges(this IHostApplicationBuilder builder, string meter, string query, params DatabaseGauge[] gauges)
    {
        builder.Services.AddSingleton(new DatabaseGaugeSet(meter, query, gauges));
        builder.Services.AddHostedService<DatabaseGauges>(); // Once, however many sets there are.
        return builder;
    }
}

internal sealed record DatabaseGaugeSet(string Meter, string Query, IReadOnlyList<DatabaseGauge> Gauges);

internal sealed partial class DatabaseGauges : BackgroundService
{
    private static readonly TimeSpan Usually = TimeSpan.FromSeconds(15);

    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _clock;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _logger;
    private readonly TimeSpan _every;
    private readonly string _query;
    private FrozenDictionary<string, Measurement<double>[]> _last = FrozenDictionary<string, Measurement<double>[]>.Empty;

    public DatabaseGauges(
        IEnumerable<DatabaseGaugeSet> sets, IMeterFactory meters, NpgsqlDataSource database, IConfiguration configuration, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<DatabaseGauges> logger)
    {
        (_database, _clock, _lifetime, _logger) = (database, clock, lifetime, logger);
        _every = configuration.GetValue("Telemetry:DatabaseEvery", Usually);
        _query = string.Join("\nUNION ALL\n", sets.Select(set => $"({set.Query})"));
        Attributes = sets.SelectMany(set => set.Gauges).ToFrozenDictionary(gauge => gauge.Name, gauge => gauge.Attribute);
        foreach (var set in sets)
        {
            var meter = meters.Create(set.Meter);
            foreach (var gauge in set.Gauges)
                meter.CreateObservableGauge(gauge.Name, () => _last.GetValueOrDefault(gauge.Name, []), gauge.Unit, gauge.Description);
        }
    }

    private FrozenDictionary<string, string?> Attributes { get; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = _lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        using var timer = new PeriodicTimer(_every, _clock);
        do
        {
            try
            {
                _last = await ReadAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // An old number would look like a good one.
                _last = FrozenDictionary<string, Measurement<double>[]>.Empty;
                LogNotRead(failure.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<FrozenDictionary<string, Measurement<double>[]>> ReadAsync(CancellationToken cancellationToken)
    {
        List<(string Name, Measurement<double> Value)> read = [];
        await using var command = _database.CreateCommand(_query);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var name = reader.GetString(0);
            read.Add((name, Attributes[name] is { } attribute ? new(reader.GetDouble(2), new KeyValuePair<string, object?>(attribute, reader.GetString(1))) : new(reader.GetDouble(2))));
        }

        return read.GroupBy(one => one.Name).ToFrozenDictionary(gauge => gauge.Key, gauge => gauge.Select(one => one.Value).ToArray());
    }

    [LoggerMessage(40, LogLevel.Warning, "The gauges of the database can't be read now: {Reason}")]
    private partial void LogNotRead(string reason);
}
