using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Options;

namespace EShop.Bill.Drawing;

/// <summary>Writes an invoice as one self-contained page: styles and fonts stand in it, so a browser needs neither a network nor an installed font.</summary>
internal sealed class InvoiceHtml(IServiceProvider services, ILoggerFactory loggers, IOptions<StoreOptions> store)
{
    // Which characters a file of the font covers, as its maker cut it. Only what an invoice's text needs is put into it: the files are most of its bytes.
    private static readonly (string File, string Range, Func<char, bool> Covers)[] Scripts =
    [
        ("latin", "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD", _ => true),
        ("latin-ext", "U+0100-0130,U+0132-0151,U+0154-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+20A0-20AB,U+20AD-20C0,U+2C60-2C7F",
            c => c is >= '\u0100' and <= '\u036F' or >= '\u1D00' and <= '\u1EFF' or >= '\u20A0' and <= '\u20C0' or >= '\u2C60' and <= '\u2C7F'),
        ("greek", "U+0370-03FF", c => c is >= '\u0370' and <= '\u03FF'),
        ("cyrillic", "U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116", c => c is >= '\u0400' and <= '\u04B1' or '\u2116'),
    ];

    private static readonly string Css = Encoding.UTF8.GetString(Resource("invoice.css"));
    private static readonly string[] Faces = [.. Scripts.Select(script => Face(script.File, script.Range, 400) + Face(script.File, script.Range, 600))];

    public async Task<string> WriteAsync(Invoice invoice)
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        var page = new Dictionary<string, object?>
        {
            [nameof(InvoicePage.Document)] = invoice.Document,
            [nameof(InvoicePage.Number)] = invoice.Number,
            [nameof(InvoicePage.OrderId)] = invoice.OrderId,
            [nameof(InvoicePage.IssuedOn)] = store.Value.DateOf(invoice.IssuedAt),
            [nameof(InvoicePage.PaidOn)] = store.Value.DateOf(invoice.Document.Payment.PaidAt),
            [nameof(InvoicePage.CreditedOn)] = invoice.Document.Credits is { } credited ? store.Value.DateOf(credited.IssuedAt) : default,
            [nameof(InvoicePage.Styles)] = StylesFor(invoice.Document),
        };
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<InvoicePage>(ParameterView.FromDictionary(page))).ToHtmlString());
    }

    private static MarkupString StylesFor(InvoiceDocument document)
    {
        var (seller, customer) = (document.Seller, document.Customer);
        var text = string.Concat([
            seller.Name, seller.Line1, seller.City, customer.Name, customer.Line1, customer.City, customer.Email, .. document.Lines.Select(line => line.Name)]);
        return new(string.Concat(Scripts.Where(script => text.Any(script.Covers)).Select(script => Faces[Array.IndexOf(Scripts, script)])) + Css);
    }

    private static string Face(string file, string range, int weight) =>
        $"@font-face{{font-family:Inter;font-weight:{weight};unicode-range:{range};src:url(data:font/woff2;base64,{Convert.ToBase64String(Resource($"inter-{file}-{weight}.woff2"))})}}";

    private static byte[] Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
