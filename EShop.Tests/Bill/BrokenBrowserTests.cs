using System.Net.Http.Headers;
using EShop.Contracts;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Bill;

/// <summary>A browser that is there and does not work.</summary>
[Collection(nameof(Troubled))]
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
            // On a slow machine the first answer may be that it is being drawn.
            var answer = await Eventually.Get(async () =>
            {
                using var refused = await broken.Client.GetAsync(bill.GetProperty("pdfUrl").GetString(), TestContext.Current.CancellationToken);
                return await Answer.Of(refused);
            }, said => said.Body.GetRawText().Contains("browser does not start", StringComparison.Ordinal));
            Assert.Equal((503, "unavailable"), (answer.Status, answer.Problem));
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        Assert.NotEmpty(await Bills.PdfAsync(customer, bill));
    }
}
