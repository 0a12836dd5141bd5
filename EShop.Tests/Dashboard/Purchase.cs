using EShop.Local.Dashboard.Otlp;

namespace EShop.Tests.Dashboard;

/// <summary>The telemetry of a purchase: checkout, stock, five seconds until the buyer pays, PDF.</summary>
internal static class Purchase
{
    private const int Internal = 1;
    private const int Server = 2;
    private const int Producer = 4;
    private const int Consumer = 5;

    public static IEnumerable<ExportTraceServiceRequest> Spans(ulong trace)
    {
        yield return Sent.Traces("web", Sent.Span(trace, 1, 0, "POST /api/cart/checkout", Server, 0, 60, Sent.Tag("http.request.method", "POST"), Sent.Tag("url.path", "/api/cart/checkout")));
        yield return Sent.Traces("cart", Sent.Span(trace, 2, 1, "POST /api/cart/checkout", Server, 5, 50), Sent.Span(trace, 3, 2, "send {events:cart}", Producer, 60, 5, Sent.Tag("messaging.system", "redis")));
        yield return Sent.Traces("products", Sent.Span(trace, 4, 3, "process {events:cart}", Consumer, 66, 40), Sent.Span(trace, 5, 4, "send {events:products}", Producer, 107, 4));
        var failing = Sent.Span(trace, 6, 5, "process {events:products}", Consumer, 112, 30, Sent.Tag("messaging.system", "redis"));
        failing.Events.Add(new EventMessage { Name = "exception", TimeUnixNano = Sent.At(120), Attributes = { Sent.Tag("exception.message", "The lock was taken, again in a moment") } });
        yield return Sent.Traces("payment", failing, Sent.Span(trace, 7, 6, "send {events:payment}", Producer, 5_200, 6));
        var pdf = Sent.Span(trace, 9, 8, "draw PDF", Internal, 5_230, 180);
        pdf.Links.Add(new LinkMessage { TraceId = Sent.Id(16, 99), SpanId = Sent.Id(8, 99) });
        yield return Sent.Traces("bill", Sent.Span(trace, 8, 7, "process {events:payment}", Consumer, 5_207, 20), pdf);
    }
}
