using System.Net;
using System.Net.Http.Json;
using EShop.Contracts;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Bill;

public sealed class BillTests(Shop shop)
{
    private static readonly OrderLine[] Lines =
        [new(Guid.NewGuid(), "Camiseta de algodón orgánico", 2, 1999, 21), new(Guid.NewGuid(), "Aceite de oliva virgen", 1, 995, 10)];

    [Fact]
    public async Task A_paid_order_ends_in_an_invoice_that_says_what_was_sold_to_whom_and_how_it_was_paid()
    {
        var customer = await shop.Customer();
        var order = PaidOrder.Of(customer, "es", Lines);
        var paid = await PaidOrder.PayAsync(shop, order);

        var invoice = await Bills.GenerateAsync(customer, order.OrderId);
        Assert.Equal(["id", "number", "kind", "orderId", "issuedAt", "total", "currency", "pdfUrl"], invoice.EnumerateObject().Select(member => member.Name));
        Assert.Matches("^F-\\d{4}-\\d{6}$", invoice.GetProperty("number").GetString());
        Assert.Equal(("invoice", 49.93m, "EUR"), (invoice.GetProperty("kind").GetString(), invoice.GetProperty("total").GetDecimal(), invoice.GetProperty("currency").GetString()));

        var text = Bills.TextOf(await Bills.PdfAsync(customer, invoice));
        foreach (var said in new[]
        {
            invoice.GetProperty("number").GetString()!, "José Núñez Ibáñez", customer.Email, "Camiseta de algodón orgánico", "19,99 €", "39,98 €", "33,04 €", "6,94 €",
            "Aceite de oliva virgen", "9,95 €", "9,05 €", "0,90 €", "42,09 €", "7,84 €", "49,93 €", "21 %", "10 %", "Visa", "4242", paid.ChargeId,
        })
            Assert.Contains(said.Replace(" ", "", StringComparison.Ordinal), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_billing_address_of_the_order_is_whom_it_is_made_out_to()
    {
        var customer = await shop.Customer();
        var order = PaidOrder.Of(customer, "en", Lines) with { Billing = new("Łódź Trading GmbH", "DE123456789", "Straße 5", "Köln", "50667", "DE") };
        await PaidOrder.PayAsync(shop, order);

        var text = Bills.TextOf(await Bills.PdfAsync(customer, await Bills.GenerateAsync(customer, order.OrderId)));
        foreach (var said in new[] { "ŁódźTradingGmbH", "DE123456789", "Straße5", "50667", "Köln", "€33.04", "€6.94", "€49.93", "EShopDemo,S.L.", "B00000000" })
            Assert.Contains(said, text, StringComparison.Ordinal);
        Assert.DoesNotContain("JoséNúñezIbáñez", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_has_one_invoice_however_often_and_by_whomever_it_is_asked_for()
    {
        var customer = await shop.Customer();
        var order = PaidOrder.Of(customer, "en", Lines);
        await PaidOrder.PayAsync(shop, order);
        var invoice = await Bills.GenerateAsync(customer, order.OrderId);
        Assert.Equal(invoice.GetRawText(), (await Bills.GenerateAsync(customer, order.OrderId)).GetRawText());

        using var admin = await shop.Admin();
        using var generated = await admin.PostAsJsonAsync("/api/bill/generate", new { order.OrderId }, TestContext.Current.CancellationToken);
        Assert.Equal(invoice.GetRawText(), (await Answer.Of(generated)).Body.GetRawText());

        var path = $"/api/bill/{invoice.GetProperty("id").GetGuid()}";
        var single = await Answer.Of(await customer.Client.GetAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(invoice.GetRawText(), single.Body.GetRawText());
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(single.Headers.ETag!);
        Assert.Equal(304, (await Answer.Of(await admin.SendAsync(again, TestContext.Current.CancellationToken))).Status);

        var list = await Answer.Of(await customer.Client.GetAsync("/api/bill", TestContext.Current.CancellationToken));
        Assert.Equal($$"""{"items":[{{invoice.GetRawText()}}],"page":1,"pageSize":20,"total":1}""", list.Body.GetRawText());
    }

    [Fact]
    public async Task An_issued_PDF_never_changes_and_is_not_sent_to_who_has_it()
    {
        var customer = await shop.Customer();
        var order = PaidOrder.Of(customer, "en", Lines);
        await PaidOrder.PayAsync(shop, order);
        var invoice = await Bills.GenerateAsync(customer, order.OrderId);
        var first = await Bills.PdfAsync(customer, invoice);
        Assert.Equal(first, await Bills.PdfAsync(customer, invoice));

        using var asPdf = new HttpRequestMessage(HttpMethod.Post, "/api/bill/generate") { Content = JsonContent.Create(new { order.OrderId }), Headers = { { "Accept", "application/pdf" } } };
        using var generated = await customer.Client.SendAsync(asPdf, TestContext.Current.CancellationToken);
        Assert.Equal("application/pdf", generated.Content.Headers.ContentType?.MediaType);
        Assert.Contains(invoice.GetProperty("number").GetString()!, generated.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        Assert.Equal(first, await generated.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

        using var again = new HttpRequestMessage(HttpMethod.Get, invoice.GetProperty("pdfUrl").GetString());
        again.Headers.IfNoneMatch.Add(generated.Headers.ETag!);
        using var unchanged = await customer.Client.SendAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task What_was_drawn_is_sent_as_it_was_stored()
    {
        var customer = await shop.Customer();
        var order = PaidOrder.Of(customer, "en", Lines);
        await PaidOrder.PayAsync(shop, order);
        var invoice = await Bills.GenerateAsync(customer, order.OrderId);
        var drawn = await Bills.PdfAsync(customer, invoice);
        // As if it had been drawn by another version, in another look.
        await using var database = await shop.Database("billdb");
        await using var redraw = new NpgsqlCommand("UPDATE invoice_pdfs SET content = content || '%another'::bytea WHERE invoice_id = $1", database)
        {
            Parameters = { new() { Value = invoice.GetProperty("id").GetGuid() } },
        };
        Assert.Equal(1, await redraw.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        var sent = await Bills.PdfAsync(customer, invoice);
        Assert.Equal([.. drawn, .. "%another"u8], sent);
    }

    [Fact]
    public async Task An_order_that_is_not_paid_has_no_invoice()
    {
        var customer = await shop.Customer();
        var order = PaidOrder.Of(customer, "en", Lines);
        await PaidOrder.TellAsync(shop, new CartCheckedOut(order));
        using var refused = await Eventually.Get(
            () => customer.Client.PostAsJsonAsync("/api/bill/generate", new { order.OrderId }, TestContext.Current.CancellationToken), answer => answer.StatusCode == HttpStatusCode.Conflict);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("not-paid", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
