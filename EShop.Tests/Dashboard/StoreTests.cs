using EShop.Local.Dashboard.Otlp;
using EShop.Local.Dashboard.Store;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>What is kept of what is sent, and for how long.</summary>
public sealed class StoreTests
{
    private static readonly TraceFilter AnyTrace = new(null, null, false);
    private static readonly LogFilter AnyLog = new(null, 0, null, null);

    [Fact]
    public void Of_too_many_traces_the_oldest_go()
    {
        var (telemetry, intake) = Store(new Limits { MaxTraceCount = 3 });
        for (var trace = 1ul; trace <= 5; trace++)
            intake.Take(Sent.Traces("cart", Sent.Span(trace, 1, 0, $"trace {trace}", 2, 0, 1)));

        Assert.Equal(["trace 5", "trace 4", "trace 3"], telemetry.Traces.Find(AnyTrace, 10).Found.Select(trace => trace.Root.Name));
        Assert.Null(telemetry.Traces.Find(new TraceId(0, 2)));
    }

    [Fact]
    public void A_trace_that_a_gateway_begins_is_named_by_what_it_forwards_to()
    {
        var (telemetry, intake) = Store(new Limits());
        intake.Take(Sent.Traces("web", Sent.Span(1, 1, 0, "POST /api/cart/{**rest}", 2, 0, 9), Sent.Span(1, 2, 1, "POST", 3, 1, 8)));
        Assert.Equal("web: POST /api/cart/{**rest}", telemetry.Traces.Find(new TraceId(0, 1))!.Name);

        intake.Take(Sent.Traces("payment", Sent.Span(1, 4, 3, "POST /api/payment/webhook", 2, 5, 1)));
        intake.Take(Sent.Traces("cart", Sent.Span(1, 3, 2, "POST /api/cart/checkout", 2, 2, 6)));
        Assert.Equal("web: POST /api/cart/checkout", telemetry.Traces.Find(new TraceId(0, 1))!.Name);
    }

    [Fact]
    public void Of_traces_that_are_too_large_the_oldest_go()
    {
        var (telemetry, intake) = Store(new Limits { MaxTraceBytes = 20_000, MaxAttributeLength = 4_000 });
        for (var trace = 1ul; trace <= 5; trace++)
            intake.Take(Sent.Traces("cart", Sent.Span(trace, 1, 0, $"trace {trace}", 2, 0, 1, Sent.Tag("body", new string('x', 4_000)))));

        Assert.Equal(["trace 5", "trace 4"], telemetry.Traces.Find(AnyTrace, 10).Found.Select(trace => trace.Root.Name));
    }

    [Fact]
    public void A_trace_takes_so_many_spans_and_counts_the_rest()
    {
        var (telemetry, intake) = Store(new Limits { MaxSpansPerTrace = 10 });
        intake.Take(Sent.Traces("cart", [.. Enumerable.Range(1, 25).Select(id => Sent.Span(1, (ulong)id, 0, "a", 2, id, 1))]));

        var trace = telemetry.Traces.Find(new TraceId(0, 1))!;
        Assert.Equal((10, 15), (trace.Spans.Length, trace.Dropped));
    }

    [Fact]
    public void A_span_keeps_so_many_attributes_and_so_much_of_each()
    {
        var (telemetry, intake) = Store(new Limits { MaxAttributeLength = 5 });
        intake.Take(Sent.Traces("cart", Sent.Span(1, 1, 0, "a", 2, 0, 1, [.. Enumerable.Range(0, 200).Select(i => Sent.Tag($"k{i}", "0123456789"))])));

        var tags = telemetry.Traces.Find(new TraceId(0, 1))!.Spans[0].Attributes;
        Assert.Equal(128, tags.Length);
        Assert.Equal(new Tag("k127", "01234…"), tags[^1]);
    }

    [Fact]
    public void The_same_word_of_many_spans_is_kept_once()
    {
        var (telemetry, intake) = Store(new Limits());
        for (var trace = 1ul; trace <= 2; trace++)
            intake.Take(Sent.Traces("cart", Sent.Span(trace, 1, 0, $"a {'b'}", 2, 0, 1, Sent.Tag(new string('k', 9), new string('v', 9)))));

        var (one, other) = (telemetry.Traces.Find(new TraceId(0, 1))!.Spans[0], telemetry.Traces.Find(new TraceId(0, 2))!.Spans[0]);
        Assert.Same(one.Attributes[0].Key, other.Attributes[0].Key);
        Assert.Same(one.Attributes[0].Value, other.Attributes[0].Value);
        Assert.Same(one.Source, other.Source);
    }

    [Fact]
    public void Traces_are_found_by_resource_text_and_failure_and_background_is_left_out()
    {
        var (telemetry, intake) = Store(new Limits());
        var failed = Sent.Span(1, 1, 0, "POST /checkout", 2, 0, 1, Sent.Tag("order", "o-17"));
        failed.Status = new() { Code = 2 };
        intake.Take(Sent.Traces("cart", failed));
        intake.Take(Sent.Traces("payment", Sent.Span(1, 2, 1, "process", 5, 1, 1)));
        intake.Take(Sent.Traces("users", Sent.Span(2, 3, 0, "postgresql", 3, 2, 1)));

        Assert.Equal([1ul], Ids(new("payment", null, false)));
        Assert.Equal([1ul], Ids(new(null, "O-17", false)));
        Assert.Equal([1ul], Ids(new(null, null, true)));
        Assert.Equal([2ul, 1ul], Ids(new(null, null, false)));
        Assert.Equal([1ul], Ids(new(null, null, false, WithBackground: false)));
        Assert.Empty(Ids(new("users", "checkout", false)));

        IEnumerable<ulong> Ids(TraceFilter filter) => telemetry.Traces.Find(filter, 10).Found.Select(trace => trace.Id.Low);
    }

    [Fact]
    public void Of_too_many_logs_the_oldest_go_and_each_is_found_by_what_it_is()
    {
        var (telemetry, intake) = Store(new Limits { MaxLogCount = 3 });
        intake.Take(Sent.Logs("cart", Sent.Log(9, "gone"), Sent.Log(9, "kept"), Sent.Log(17, "broken", trace: 7, span: 8)));
        intake.Take(Sent.Logs("bill", Sent.Log(13, "odd", tags: Sent.Tag("order", "o-17"))));

        Assert.Equal(["odd", "broken", "kept"], Texts(AnyLog));
        Assert.Equal(["odd", "broken"], Texts(AnyLog with { Severity = 13 }));
        Assert.Equal(["broken", "kept"], Texts(AnyLog with { Service = "cart" }));
        Assert.Equal(["broken"], Texts(AnyLog with { Trace = new TraceId(0, 7) }));
        Assert.Equal(["odd"], Texts(AnyLog with { Text = "O-17" }));

        IEnumerable<string> Texts(LogFilter filter) => telemetry.Logs.Find(filter, 10).Found.Select(entry => entry.Message);
    }

    [Fact]
    public void Of_too_many_points_the_oldest_go_with_the_series_that_has_no_other()
    {
        var (telemetry, intake) = Store(new Limits { MaxMetricsCount = 3 });
        intake.Take(Sent.Metrics("cart", Sent.Counter("old", 1, 0)));
        for (var i = 1; i <= 3; i++)
            intake.Take(Sent.Metrics("bill", Sent.Counter("new", i, i)));

        Assert.Equal(3, telemetry.Metrics.Count);
        Assert.Empty(telemetry.Metrics.InstrumentsOf("cart"));
        var (_, series) = telemetry.Metrics.Find(new("bill", "EShop.Tests", "new"))!.Value;
        Assert.Equal([1, 2, 3], Assert.Single(series).Points.Select(point => point.Measure.Value));
    }

    [Fact]
    public void A_value_that_stays_the_same_is_one_point()
    {
        var (telemetry, intake) = Store(new Limits());
        for (var second = 0; second < 100; second++)
            intake.Take(Sent.Metrics("cart", Sent.Counter("still", 7, second * 1_000)));

        var point = Assert.Single(telemetry.Metrics.Find(new("cart", "EShop.Tests", "still"))!.Value.Series.Single().Points);
        Assert.Equal(((long)Sent.At(0), (long)Sent.At(99_000)), (point.From, point.Until));
    }

    [Fact]
    public void Nobody_listening_nothing_is_called_and_who_ends_hears_no_more()
    {
        var (signal, heard) = (new Signal(), 0);
        signal.Raise();
        using (signal.Listen(() => heard++))
            signal.Raise();
        signal.Raise();

        Assert.Equal(1, heard);
    }

    private static (Telemetry Telemetry, Intake Intake) Store(Limits limits)
    {
        var telemetry = new Telemetry(limits);
        return (telemetry, new Intake(telemetry));
    }
}
