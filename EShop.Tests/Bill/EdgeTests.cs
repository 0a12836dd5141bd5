using System.Text;
using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Bill;

/// <summary>What Bill says to what nobody should send.</summary>
public sealed class EdgeTests(Shop shop)
{
    private static readonly string NoInvoice = $"/api/bill/{Guid.Empty}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{}""", "orderId")]
    [InlineData("""{"orderId":null}""", "orderId")]
    [InlineData("""{"orderId":5}""", "orderId")]
    [InlineData("""{"orderId":"x"}""", "orderId")]
    [InlineData("""{"orderId":""}""", "orderId")]
    [InlineData("""{"orderId":["019a0000-0000-7000-8000-000000000000"]}""", "orderId")]
    [InlineData("""[]""", "body")]
    [InlineData("""{""", "body")]
    [InlineData("", "body")]
    [InlineData("null", "body")]
    public async Task A_body_that_names_no_order_is_refused_and_the_member_named(string body, string member)
    {
        using var client = (await shop.Customer()).Client;
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await Answer.Of(await client.PostAsync("/api/bill/generate", content, Ct));
        Assert.Equal((400, "validation"), (answer.Status, answer.Problem));
        Assert.True(answer.Body.GetProperty("errors").TryGetProperty(member, out _), answer.Body.GetRawText());
    }

    [Theory]
    [InlineData("/api/bill/x", "id")]
    [InlineData("/api/bill/5/pdf", "id")]
    [InlineData("/api/bill?orderId=x", "orderId")]
    [InlineData("/api/bill?all=perhaps", "all")]
    [InlineData("/api/bill?page=0", "page")]
    [InlineData("/api/bill?page=x", "page")]
    [InlineData("/api/bill?page=99999999999", "page")]
    [InlineData("/api/bill?pageSize=0", "pageSize")]
    [InlineData("/api/bill?pageSize=101", "pageSize")]
    [InlineData("/api/bill?orderId=%00", "orderId")]
    public async Task An_address_that_can_not_be_read_is_refused_and_the_part_named(string path, string member)
    {
        using var client = (await shop.Customer()).Client;
        var answer = await Answer.Of(await client.GetAsync(path, Ct));
        Assert.Equal((400, "validation"), (answer.Status, answer.Problem));
        Assert.True(answer.Body.GetProperty("errors").TryGetProperty(member, out _), answer.Body.GetRawText());
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        using var client = (await shop.Customer()).Client;
        using var unknown = Json($$"""{"orderId":"{{Guid.NewGuid()}}"}""");
        foreach (var asked in new[] { client.GetAsync(NoInvoice, Ct), client.GetAsync($"{NoInvoice}/pdf", Ct), client.GetAsync($"{NoInvoice}/xml", Ct), client.PostAsync("/api/bill/generate", unknown, Ct) })
        {
            var answer = await Answer.Of(await asked);
            Assert.Equal((404, "not-found"), (answer.Status, answer.Problem));
        }

        var page = await Answer.Of(await client.GetAsync("/api/bill?page=3&pageSize=7", Ct));
        Assert.Equal("""{"items":[],"page":3,"pageSize":7,"total":0}""", page.Body.GetRawText());
    }

    [Fact]
    public async Task Another_method_another_kind_of_body_and_too_much_of_it_are_refused()
    {
        using var client = (await shop.Customer()).Client;
        var deleted = await Answer.Of(await client.DeleteAsync(NoInvoice, Ct));
        Assert.Equal((405, "method-not-allowed"), (deleted.Status, deleted.Problem));
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        var unread = await Answer.Of(await client.PostAsync("/api/bill/generate", text, Ct));
        Assert.Equal((415, "unsupported-media-type"), (unread.Status, unread.Problem));
        using var huge = Json($$"""{"orderId":"{{new string('x', 70_000)}}"}""");
        var tooLarge = await Answer.Of(await client.PostAsync("/api/bill/generate", huge, Ct));
        Assert.Equal((413, "too-large"), (tooLarge.Status, tooLarge.Problem));
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
