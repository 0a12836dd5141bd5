using EShop.Local.Dashboard.Charts;
using EShop.Local.Dashboard.Otlp;
using EShop.Local.Dashboard.Pages;
using EShop.Local.Dashboard.Store;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>What is made of the numbers.</summary>
public sealed class ChartTests
{
    private const long Second = 1_000_000_000;

    private readonly Telemetry _telemetry = new(new Limits());

    [Fact]
    public void A_counter_is_shown_as_a_rate_and_a_dimension_that_is_new_began_at_nothing()
    {
        var intake = new Intake(_telemetry);
        for (var second = 0; second <= 10; second++)
            intake.Take(Sent.Metrics("cart", Sent.Counter("orders", 100 + (second * 3), second * 1_000, Sent.Tag("kind", "old"))));
        intake.Take(Sent.Metrics("cart", Sent.Counter("orders", 5, 10_000, Sent.Tag("kind", "new"))));

        var chart = Draw("orders", "kind", until: 10_000, seconds: 5, steps: 5);
        Assert.Equal([5, null, null], chart.Lines.Single(line => line.Name == "new").Values.Reverse().Take(1).Concat([null, null]));
        Assert.Equal([3, 3, 3, 3, 3], chart.Lines.Single(line => line.Name == "old").Values);
        Assert.Equal([3, 3, 3, 3, 8], Draw("orders", null, 10_000, 5, 5).Lines.Single().Values);
    }

    [Fact]
    public void What_is_told_every_five_seconds_is_spread_over_them()
    {
        var intake = new Intake(_telemetry);
        for (var second = 0; second <= 20; second += 5)
            intake.Take(Sent.Metrics("cart", Sent.Counter("orders", second * 2, second * 1_000)));

        Assert.Equal([2, 2, 2, 2, 2, 2], Draw("orders", null, until: 20_000, seconds: 6, steps: 6).Lines.Single().Values);
    }

    [Fact]
    public void A_histogram_is_shown_as_percentiles_of_what_was_measured_in_between()
    {
        var intake = new Intake(_telemetry);
        Histogram(intake, 0, [10, 0, 0, 0]);
        Histogram(intake, 1_000, [10, 100, 0, 0]);
        Histogram(intake, 2_000, [10, 100, 50, 50]);

        var lines = Draw("took", null, until: 2_000, seconds: 2, steps: 2).Lines.ToDictionary(line => line.Name, line => line.Values);
        Assert.Equal([15, 30], lines["50th percentile"]);
        Assert.Equal([19.5, 30], lines["95th percentile"]);
    }

    [Fact]
    public void A_sender_that_begins_anew_does_not_count_backwards()
    {
        var intake = new Intake(_telemetry);
        intake.Take(Sent.Metrics("cart", Sent.Counter("orders", 100, 0)));
        intake.Take(Sent.Metrics("cart", Sent.Counter("orders", 4, 1_000)));

        Assert.Equal(4, Draw("orders", null, until: 1_000, seconds: 1, steps: 1).Lines.Single().Last);
    }

    [Fact]
    public void A_purchase_reads_as_one_picture_and_the_wait_for_the_buyer_is_drawn_short()
    {
        var intake = new Intake(_telemetry);
        foreach (var request in Purchase.Spans(trace: 1))
            intake.Take(request);

        var picture = new Waterfall(_telemetry.Traces.Find(new TraceId(0, 1))!.Spans);
        Assert.Equal(
            ["0 web POST /api/cart/checkout", "1 cart POST /api/cart/checkout", "2 cart send {events:cart}", "3 products process {events:cart}", "4 products send {events:products}",
                "5 payment process {events:products}", "6 payment send {events:payment}", "7 bill process {events:payment}", "8 bill draw PDF"],
            picture.Bars.Select(bar => $"{bar.Depth} {bar.Span.Source.Service} {bar.Span.Name}"));
        Assert.All(picture.Bars, bar => Assert.True(bar.Left >= 0 && bar.Left + bar.Width <= 100.001, $"{bar.Span.Name} from {bar.Left}, {bar.Width} wide"));

        // Five seconds of 5.4 are waiting, and take no more than a few percent.
        var pause = Assert.Single(picture.Pauses);
        Assert.InRange(pause.Width, 1, 5);
        Assert.True(picture.Bars[^1].Width > 20, "what ran can be seen");
    }

    [Fact]
    public void A_span_whose_parent_is_missing_and_spans_in_a_circle_are_drawn_too()
    {
        var intake = new Intake(_telemetry);
        intake.Take(Sent.Traces("cart", Sent.Span(1, 2, 99, "orphan", 2, 0, 1), Sent.Span(1, 3, 2, "child", 1, 0, 1), Sent.Span(1, 3, 2, "child", 1, 0, 1)));

        var bars = new Waterfall(_telemetry.Traces.Find(new TraceId(0, 1))!.Spans).Bars;
        Assert.Equal([(true, 0), (false, 1), (false, 1)], bars.Select(bar => (bar.IsOrphan, bar.Depth)));
    }

    [Theory]
    [InlineData("plain", "plain:")]
    [InlineData("\u001b[40m\u001b[1m\u001b[33mwarn\u001b[39m\u001b[22m\u001b[49m: it", "warn:ansi3 bold|: it:")]
    [InlineData("\u001b[41m\u001b[30mfail\u001b[0m", "fail:ansi1")]
    [InlineData("a\u001b[2Kb\u001b]x\u001b[", "a:|b:|]x:")]
    [InlineData("\u001b[91;1mred", "red:ansi9 bold")]
    public void Colours_of_a_console_are_read_and_other_sequences_left_out(string line, string expected) =>
        Assert.Equal(expected, string.Join('|', Ansi.Read(line).Select(stretch => $"{stretch.Text}:{stretch.Style}")));

    private Chart Draw(string name, string? split, double until, int seconds, int steps)
    {
        var (instrument, series) = _telemetry.Metrics.Find(new("cart", "EShop.Tests", name))!.Value;
        return Drawing.Draw(instrument, series, split, (long)Sent.At(until), seconds * Second, steps);
    }

    private static void Histogram(Intake intake, double at, ulong[] buckets) => intake.Take(Sent.Metrics("cart", new Metric
    {
        Name = "took",
        Histogram = new()
        {
            AggregationTemporality = 2,
            DataPoints = { new HistogramDataPoint { TimeUnixNano = Sent.At(at), Count = buckets.Aggregate((a, b) => a + b), BucketCounts = { buckets }, ExplicitBounds = { 10, 20, 30 } } },
        },
    }));
}
