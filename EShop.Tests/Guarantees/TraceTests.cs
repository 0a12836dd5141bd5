using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

public sealed class TraceTests(Shop shop)
{
    [Fact]
    public async Task One_trace_runs_from_the_checkout_to_the_invoice_through_every_service_and_the_broker()
    {
        var rush = await Rush.Prepare(shop, products: 1, stock: 1);
        var customer = await shop.Customer();
        using var trace = new Activity("the buyer").SetIdFormat(ActivityIdFormat.W3C).Start();
        customer.Client.DefaultRequestHeaders.Add("traceparent", $"00-{trace.TraceId}-{trace.SpanId}-01");
        var orderId = await new Shopper(customer).CheckOut(rush.Products[0]);
        customer.Client.DefaultRequestHeaders.Remove("traceparent");
        trace.Stop();
        using var paid = await new Shopper(customer).Repeat("/api/payment", new { orderId, paymentMethod = "pm_card_visa" });
        Assert.Equal("succeeded", (await paid.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString());

        await Eventually.True(
            () => new[] { "web", "cart", "products", "payment", "bill" }.All(service => Spans(trace).Any(span => span.Service == service)),
            what: "every service has a span in the checkout's trace");
        await Eventually.True(() => Spans(trace).Any(span => span.Service == "bill" && Mentions(span, "bill.issued")), what: "bill.issued is published under the checkout's trace");
    }

    private static bool Mentions(SeenSpan span, string type) => span.Name.Contains(type, StringComparison.Ordinal) || span.Attributes.Values.Contains(type);

    private IEnumerable<SeenSpan> Spans(Activity trace) => shop.Traces.Spans.Where(span => span.TraceId == trace.TraceId.ToHexString());
}
