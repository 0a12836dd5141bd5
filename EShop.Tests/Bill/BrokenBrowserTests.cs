using System.Net.Http.Headers;
using EShop.Contracts;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Bill;

/// <summary>A browser that is there and does not work. Alone, since what it can't draw is drawn late for others too.</summary>
[Collection(nameof(Alone))]
public sealed class BrokenBrowserTests(Shop shop)
{
    [Fact]
    public async Task A_PDF_that_cannot_be_drawn_is_503_and_drawn_by_a_browser_that_works()
    {
        var customer = await shop.Customer();
        var order = PaidOrder.Of(customer, "en", new OrderLine(Guid.NewGuid(), "Mug", 1, 1250, 21));
        await PaidOrder.PayAsync(shop, order);
        var bill = await Bills.GenerateAsync(customer, order.OrderId);
        await Bills.PdfAsync(customer, bill);
        await using var database = await shop.Database("billdb");
        await using var forget = new NpgsqlCommand("DELETE FROM invoice_pdfs WHERE invoice_id = $1", database) { Parameters = { new() { Value = bill.GetProperty("id").GetGuid() } } };
        Assert.Equal(1, await forget.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        await using (var broken = await Bills.ReplicaAsync(shop, browser: "/bin/false"))
        {
            broken.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", customer.Token);
            using var refused = await broken.Client.GetAsync(bill.GetProperty("pdfUrl").GetString(), TestContext.Current.CancellationToken);
            var answer = await Answer.Of(refused);
            Assert.Equal((503, "unavailable"), (answer.Status, answer.Problem));
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        Assert.NotEmpty(await Bills.PdfAsync(customer, bill));
    }
}
