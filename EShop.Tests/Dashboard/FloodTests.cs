using System.Diagnostics;
using System.Globalization;
using System.Net;
using Google.Protobuf;
using Xunit;

namespace EShop.Tests.Dashboard;

/// <summary>How much it takes: 5,000 spans a second for half a minute. Run by name: it wants the machine for itself.</summary>
public sealed class FloodTests(ITestOutputHelper output)
{
    private const int PerSecond = 5_000;
    private const int Seconds = 30;
    private const int Batch = 500;

    [Fact(Explicit = true)]
    public async Task Five_thousand_spans_a_second_stay_under_300_MB_and_the_API_answers_in_200_ms()
    {
        await using var dashboard = await DashboardProcess.StartAsync();
        using var done = new CancellationTokenSource();
        var asked = AskAsync(dashboard, done.Token);
        var watch = Stopwatch.StartNew();
        var (number, most) = (0ul, 0L);
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds((double)Batch / PerSecond));
        for (var batch = 0; batch < PerSecond * Seconds / Batch; batch++)
        {
            Assert.Equal(HttpStatusCode.OK, await dashboard.Send("traces", Spans(ref number).ToByteArray()));
            if (batch % 10 == 0)
                most = Math.Max(most, Pss(dashboard.Pid));
            await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        var rate = number / watch.Elapsed.TotalSeconds;
        await done.CancelAsync();
        var answers = await asked;
        answers.Sort();
        var p95 = answers[answers.Count * 95 / 100];
        most = Math.Max(most, Pss(dashboard.Pid));
        using var process = Process.GetProcessById(dashboard.Pid);
        output.WriteLine($"{number:N0} spans, {rate:N0} a second; at most {most / 1024.0:N0} MB (PSS); {answers.Count} answers, p95 {p95.TotalMilliseconds:N1} ms, longest {answers[^1].TotalMilliseconds:N1} ms; {process.TotalProcessorTime.TotalSeconds:N1} s CPU");
        Assert.InRange(rate, PerSecond * 0.9, double.MaxValue);
        Assert.InRange(most, 0, 300 * 1024);
        Assert.InRange(p95, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    }

    // Ten spans a trace, each with a dozen attributes, of which some are like no other.
    private static EShop.Local.Dashboard.Otlp.ExportTraceServiceRequest Spans(ref ulong number)
    {
        var spans = new EShop.Local.Dashboard.Otlp.SpanMessage[Batch];
        for (var i = 0; i < Batch; i++, number++)
        {
            spans[i] = Sent.Span(1 + (number / 10), 1 + number, number % 10 == 0 ? 0 : (number / 10 * 10) + 1, "POST /api/cart/checkout", 2, number / 5.0, 12,
                Sent.Tag("http.request.method", "POST"), Sent.Tag("http.route", "/api/cart/checkout"), Sent.Tag("http.response.status_code", "200"), Sent.Tag("server.address", "localhost"),
                Sent.Tag("server.port", "5103"), Sent.Tag("network.protocol.version", "1.1"), Sent.Tag("url.scheme", "http"), Sent.Tag("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)"),
                Sent.Tag("url.path", $"/api/payment/{number:x32}"), Sent.Tag("messaging.message.id", $"{number:x32}"), Sent.Tag("db.query.text", "SELECT id, status, amount FROM payments WHERE order_id = $1 AND user_id = $2"),
                Sent.Tag("enduser.id", $"{number % 1000:x32}"));
        }

        return Sent.Traces("cart", spans);
    }

    private static async Task<List<TimeSpan>> AskAsync(DashboardProcess dashboard, CancellationToken stop)
    {
        var answers = new List<TimeSpan>();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!stop.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            await dashboard.Client.GetStringAsync(new Uri("/api/resources", UriKind.Relative), CancellationToken.None);
            answers.Add(Stopwatch.GetElapsedTime(start));
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        return answers;
    }

    /// <summary>In KB.</summary>
    private static long Pss(int pid) => long.Parse(
        File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
