using EShop.Bill;
using EShop.Bill.Drawing;
using EShop.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UglyToad.PdfPig;
using Xunit;

namespace EShop.Tests.Bill;

/// <summary>The drawn page itself, by the code and the browser that draw in the service.</summary>
public sealed class PageTests : IAsyncDisposable
{
    private static readonly StoreOptions Store = new()
    {
        Seller = new() { Name = "EShop Demo, S.L.", TaxId = "B00000000", Line1 = "Calle de Ejemplo 1", City = "Madrid", PostalCode = "28001", Country = "ES", Email = "hola@eshop.test", Website = "www.eshop.test" },
    };

    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private readonly Browser _browser = new(Options.Create(new BillOptions()), TimeProvider.System, NullLogger<Browser>.Instance);

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Theory]
    [InlineData("en", "Description Qty Unit price Tax rate Net Tax Total", "Page {0} of {1}", "Invoice F-2026-000042")]
    [InlineData("es", "Descripción Cant. Precio Tipo Base imponible Impuesto Total", "Página {0} de {1}", "Factura F-2026-000042")]
    public async Task A_hundred_lines_go_over_several_pages_each_with_the_head_of_the_table_and_its_number(string locale, string head, string foot, string title)
    {
        var lines = Enumerable.Range(1, 100).Select(i => Line($"Thing number {i:D3}", 1 + (i % 3), 100 * i, 21)).ToArray();
        var invoice = Issue(lines, "EUR", locale);
        var pages = Bills.PagesOf(await DrawAsync(invoice));

        Assert.InRange(pages.Count, 3, 6);
        for (var i = 0; i < pages.Count; i++)
        {
            Assert.Contains(Bills.WithoutSpaces(string.Format(System.Globalization.CultureInfo.InvariantCulture, foot, i + 1, pages.Count)), pages[i], StringComparison.Ordinal);
            Assert.Contains(Bills.WithoutSpaces(title), pages[i], StringComparison.Ordinal);
            Assert.Equal(pages[i].Contains("Thingnumber", StringComparison.Ordinal), pages[i].Contains(Bills.WithoutSpaces(head), StringComparison.Ordinal));
        }

        Assert.All(lines, line => Assert.Single(pages, page => page.Contains(Bills.WithoutSpaces(line.Name), StringComparison.Ordinal)));
        Assert.Contains(Bills.WithoutSpaces(Language.Of(locale).Amount(invoice.Total, "EUR")), pages[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EUR", "en", 99_999_999, "€999,999.99")]
    [InlineData("EUR", "es", 99_999_999, "999.999,99 €")]
    [InlineData("JPY", "en", 99_999_999, "¥99,999,999")]
    [InlineData("JPY", "es", 1500, "1.500 ¥")]
    [InlineData("KWD", "en", 999_999_999, "KWD 999,999.999")]
    [InlineData("KWD", "es", 999_999_999, "999.999,999 KWD")]
    public async Task The_largest_amounts_of_a_currency_and_the_longest_names_stay_on_the_page(string currency, string locale, long price, string written)
    {
        var longest = new string('W', 120);
        var invoice = Issue([Line(longest, 1, price, 21), Line("Señalización de ámbito «nacional»: " + string.Join(' ', Enumerable.Repeat("edición", 20)), 1, price, 7.25m), Line("Ünïcödé Ελληνικά Русский", 1, price, 0)], currency, locale,
            new(string.Join(' ', Enumerable.Repeat("Compañía", 12)), "ESB12345674", longest, "Villanueva de la Serena", "06700", "ES"));
        var pdf = await DrawAsync(invoice);
        var text = Bills.TextOf(pdf);
        foreach (var said in new[] { longest, "Ελληνικά", "Русский", written, Language.Of(locale).Amount(invoice.Total, currency), Language.Of(locale).Rate(7.25m) })
            Assert.Contains(Bills.WithoutSpaces(said), text, StringComparison.Ordinal);
        AllIsOnThePage(pdf);
    }

    [Fact]
    public async Task Every_rate_has_its_totals_a_rate_of_nothing_too()
    {
        var invoice = Issue([Line("A", 1, 12100, 21), Line("B", 1, 11000, 10), Line("C", 1, 10400, 4), Line("D", 2, 5000, 0)], "EUR", "en");
        var text = Bills.TextOf(await DrawAsync(invoice));
        foreach (var said in new[] { "21%€100.00€21.00€121.00", "10%€100.00€10.00€110.00", "4%€100.00€4.00€104.00", "0%€100.00€0.00€100.00", "Net€400.00", "Tax€35.00", "Total€435.00" })
            Assert.Contains(said, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "Credit note", "Corrects invoice F-2026-000042 of 24 November 2026", "Refund Refunded", "−¥1,000")]
    [InlineData("es", "Factura rectificativa", "Rectifica la factura F-2026-000042 del 24 de noviembre de 2026", "Reembolso Reembolsado", "−1.000 ¥")]
    public async Task A_credit_note_says_so_on_each_page_and_takes_back_in_negative_amounts(string locale, string title, string corrects, string refund, string total)
    {
        var lines = Enumerable.Range(1, 50).Select(i => Line($"Thing {i}", 2, 10, 10)).ToArray();
        var invoice = Issue(lines, "JPY", locale);
        var order = Of(lines, "JPY", locale, null);
        var document = new OpenInvoice(invoice, []).Credit(new(order, Guid.NewGuid(), 1000, [.. lines.Select(line => new RefundedLine(line.ProductId, 2))], true), Store.Seller)!;
        var pdf = await DrawAsync(invoice.Credit(Guid.NewGuid(), document, new("R", 2026, 7, Noon)));
        var pages = Bills.PagesOf(pdf);

        Assert.True(pages.Count > 1);
        Assert.All(pages, page => Assert.Contains(Bills.WithoutSpaces(title + " R-2026-000007"), page, StringComparison.Ordinal));
        foreach (var said in new[] { corrects, refund })
            Assert.Contains(Bills.WithoutSpaces(said), pages[0], StringComparison.Ordinal);
        Assert.Contains(Bills.WithoutSpaces(total), pages[^1], StringComparison.Ordinal);
        AllIsOnThePage(pdf);
    }

    private async Task<byte[]> DrawAsync(Invoice invoice)
    {
        var html = await new InvoiceHtml(_services, NullLoggerFactory.Instance, Options.Create(Store)).WriteAsync(invoice);
        return await _browser.PrintAsync(html, TestContext.Current.CancellationToken);
    }

    // The margins left and right are 15 mm, of which a letter's own box may take one.
    private static void AllIsOnThePage(byte[] pdf)
    {
        const double margin = (15 - 1) / 25.4 * 72;
        using var document = PdfDocument.Open(pdf);
        Assert.All(document.GetPages(), page => Assert.DoesNotContain(page.Letters, letter => !string.IsNullOrWhiteSpace(letter.Value)
            && (letter.BoundingBox.Left < margin || letter.BoundingBox.Right > page.Width - margin || letter.BoundingBox.Bottom < 0 || letter.BoundingBox.Top > page.Height)));
    }

    private static OrderLine Line(string name, int quantity, long price, decimal rate) => new(Guid.NewGuid(), name, quantity, price, rate);

    private static Order Of(OrderLine[] lines, string currency, string locale, Billing? billing) => new(
        Guid.NewGuid(), Guid.NewGuid(), new("José Núñez Ibáñez", "jose@example.com"), billing, locale, currency, lines, lines.Sum(line => line.UnitPrice * line.Quantity));

    private static Invoice Issue(OrderLine[] lines, string currency, string locale, Billing? billing = null)
    {
        var order = Of(lines, currency, locale, billing);
        return Invoice.Issue(order, InvoiceDocument.Of(order, Store.Seller, new("visa", "4242", "ch_3SXq2eLkdIwHu7ix0aBcDeFg", Noon)), new("F", 2026, 42, Noon));
    }
}
