using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>Whatever a client sends to be paid gets a problem body that names what is wrong.</summary>
public sealed class PayInputTests(Shop shop)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"paymentMethod":"pm_card_visa"}""", "orderId")]
    [InlineData("""{"orderId":null}""", "orderId")]
    [InlineData("""{"orderId":7}""", "orderId")]
    [InlineData("""{"orderId":"7"}""", "orderId")]
    [InlineData("""{"orderId":"01900000-0000-7000-8000-000000000001","paymentMethod":"4242424242424242"}""", "paymentMethod")]
    [InlineData("""{"orderId":"01900000-0000-7000-8000-000000000001","paymentMethod":""}""", "paymentMethod")]
    [InlineData("""{"orderId":"01900000-0000-7000-8000-000000000001","paymentMethod":7}""", "paymentMethod")]
    [InlineData("""{"orderId":"01900000-0000-7000-8000-000000000001","paymentMethod":"pm_\u0000"}""", "paymentMethod")]
    [InlineData("""{"orderId":"01900000-0000-7000-8000-000000000001","paymentMethod":"pm_card\n"}""", "paymentMethod")]
    [InlineData("""{"orderId":"01900000-0000-7000-8000-000000000001","returnUrl":"javascript:alert(1)"}""", "returnUrl")]
    [InlineData("""{"orderId":"01900000-0000-7000-8000-000000000001","returnUrl":"/relative"}""", "returnUrl")]
    [InlineData("[]", "body")]
    [InlineData("", "body")]
    public async Task Bad_bodies_are_400_and_name_the_member(string body, string member)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        var problem = await (await shop.Customer()).Client.PostAsync("/api/payment", content, Stop).Is(400, "validation");

        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _), problem.GetRawText());
    }

    [Fact]
    public async Task What_is_no_call_at_all_is_refused_in_its_own_way()
    {
        var (buyer, order) = ((await shop.Customer()).Client, new { orderId = Guid.CreateVersion7() });
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        using var large = new StringContent(new string(' ', 65 * 1024) + "{}", Encoding.UTF8, "application/json");
        using var broken = new ByteArrayContent([(byte)'"', 0xff, (byte)'"']) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

        await buyer.PostAsync("/api/payment", text, Stop).Is(415, "unsupported-media-type");
        await buyer.PostAsync("/api/payment", large, Stop).Is(413, "too-large");
        await buyer.PostAsync("/api/payment", broken, Stop).Is(400, "validation");
        await buyer.PutAsJsonAsync("/api/payment", order, Stop).Is(405, "method-not-allowed");
        await buyer.GetAsync("/api/payment/cancel", Stop).Is(405, "method-not-allowed");
        await buyer.Send(HttpMethod.Post, "/api/payment", order, ("Idempotency-Key", "two words")).Is(400, "validation");
        await shop.Client().PostAsJsonAsync("/api/payment", order, Stop).Is(401, "unauthorized");
        await shop.Client().PostAsJsonAsync("/api/payment/cancel", order, Stop).Is(401, "unauthorized");
    }
}
