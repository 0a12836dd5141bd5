using System.Text.RegularExpressions;
using EShop.Tests.Architecture;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Metrics;

/// <summary><c>deploy/prometheus-rules.yaml</c> alerts on metrics that there are, and <c>docs/operations.md</c> says of each metric and alert what it means.</summary>
public sealed partial class AlertTests(Shop shop)
{
    private static readonly string Rules = File.ReadAllText(Path.Combine(House.Root, "deploy/prometheus-rules.yaml"));
    private static readonly string Operations = File.ReadAllText(Path.Combine(House.Root, "docs/operations.md"));

    private static IEnumerable<Instrument> Declared => House.Sources
        .Where(path => !path.StartsWith("EShop.Tests/", StringComparison.Ordinal) && !path.StartsWith("Local/", StringComparison.Ordinal))
        .SelectMany(path => Declaration().Matches(File.ReadAllText(Path.Combine(House.Root, path))))
        .Select(match => new Instrument(match.Groups["name"].Value, match.Groups["unit"].Value, match.Groups["kind"].Value is var kind && kind.Length > 0 ? kind : "Gauge"));

    [Fact]
    public async Task Every_metric_that_is_alerted_on_is_one_that_the_services_send()
    {
        using var web = shop.Client();
        await web.GetAsync("/api/products?pageSize=1", TestContext.Current.CancellationToken).Ok();
        var received = await Eventually.Get(
            () => Task.FromResult(shop.Traces.Metrics.ToList()), metrics => metrics.Any(metric => metric.Name == "http.server.request.duration"), what: "the services send their metrics");
        // What counts rare things is sent once they happen: it is there as it is declared.
        var known = Declared.SelectMany(instrument => instrument.Series())
            .Concat(received.SelectMany(metric => new Instrument(metric.Name, metric.Unit, metric.Name.EndsWith(".duration", StringComparison.Ordinal) ? "Histogram" : metric.IsCounter ? "Counter" : "Gauge").Series()))
            .ToHashSet();

        var alerted = Expressions().SelectMany(expression => Series().Matches(Labels().Replace(expression, "")).Select(match => match.Value)).ToHashSet();
        Assert.True(alerted.Count > 20);
        Assert.Empty(alerted.Except(known));
        // What is observed all the time does arrive, under the name that its declaration gives it.
        foreach (var name in new[] { "eshop.outbox.backlog", "eshop.outbox.age", "eshop.events.lag", "eshop.events.groups.missing" })
            await Eventually.True(() => shop.Traces.Metrics.Any(metric => metric.Name == name), what: $"{name} is sent");
    }

    [Fact]
    public void Every_alert_is_described()
    {
        var alerts = Alert().Matches(Rules).Select(match => match.Groups["name"].Value).ToList();
        Assert.Equal(alerts.Count, alerts.Distinct().Count());
        Assert.Equal(alerts.Count, Expressions().Count());
        Assert.DoesNotContain(alerts, alert => !Operations.Contains($"Alert `{alert}`", StringComparison.Ordinal));
        Assert.Empty(Mentioned().Matches(Operations).Select(match => match.Groups["name"].Value).Except(alerts));
    }

    [Fact]
    public void Every_metric_of_ours_is_described()
    {
        Assert.True(Declared.Count() > 20);
        Assert.DoesNotContain(Declared, instrument => !Operations.Contains($"| `{instrument.Name}`", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Expressions() => Expression().Matches(Rules).Select(match => match.Groups["expression"].Value);

    private sealed record Instrument(string Name, string Unit, string Kind)
    {
        /// <summary>As the OTLP translation of Prometheus writes them.</summary>
        public IEnumerable<string> Series()
        {
            var name = Name.Replace('.', '_') + Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
            return Kind switch
            {
                "Counter" => [name.EndsWith("_total", StringComparison.Ordinal) ? name : name + "_total"],
                "Histogram" => [name + "_bucket", name + "_count", name + "_sum"],
                _ => [name],
            };
        }
    }

    [GeneratedRegex("(Create(?<kind>Counter|Histogram|Gauge)<|CreateObservableGauge|new DatabaseGauge)[^;\"]*?\"(?<name>[a-z_.]+)\".*?\"(?<unit>s|By|\\{[a-z]+\\})\"", RegexOptions.Singleline)]
    private static partial Regex Declaration();

    [GeneratedRegex("^ +expr: (?<expression>.+)$", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex("^ +- alert: (?<name>[A-Za-z]+)$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex("Alert `(?<name>[A-Za-z]+)`")]
    private static partial Regex Mentioned();

    [GeneratedRegex("by \\([^)]*\\)|\\{[^}]*\\}")]
    private static partial Regex Labels();

    [GeneratedRegex("\\b(eshop|messaging|http|npgsql|dotnet|db)_[a-z_0-9]+\\b")]
    private static partial Regex Series();
}
