using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using UglyToad.PdfPig;
using Xunit;

namespace EShop.Tests.Bill;

/// <summary>Bill as its clients ask it.</summary>
internal static class Bills
{
    /// <summary>The invoice of an order, once it is issued.</summary>
    public static Task<JsonElement> GenerateAsync(Customer customer, Guid orderId) => Eventually.Get(async () =>
    {
        using var answer = await customer.Client.PostAsJsonAsync("/api/bill/generate", new { orderId }, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }, _ => true, what: "the invoice is issued");

    /// <summary>The credit notes of an order in the order of their numbers, once there are so many and its invoice.</summary>
    public static async Task<JsonElement[]> CreditNotesAsync(Customer customer, Guid orderId, int count)
    {
        var listed = await Eventually.Get(() => ListAsync(customer, orderId), list => list.Length == count + 1, what: $"there are {count} credit notes and the invoice");
        Assert.Equal("invoice", Assert.Single(listed, bill => Kind(bill) != "credit_note").GetProperty("kind").GetString());
        return [.. listed.Where(bill => Kind(bill) == "credit_note").OrderBy(bill => bill.GetProperty("number").GetString())];
    }

    public static async Task<JsonElement[]> ListAsync(Customer customer, Guid orderId)
    {
        var list = await customer.Client.GetFromJsonAsync<JsonElement>($"/api/bill?orderId={orderId}&pageSize=100", TestContext.Current.CancellationToken);
        return [.. list.GetProperty("items").EnumerateArray()];
    }

    /// <summary>The PDF, once it is drawn.</summary>
    public static Task<byte[]> PdfAsync(Customer customer, JsonElement bill) => Eventually.Get(
        () => customer.Client.GetByteArrayAsync(bill.GetProperty("pdfUrl").GetString(), TestContext.Current.CancellationToken), _ => true, what: "the PDF is drawn");

    /// <summary>What a PDF says, without spaces: where one is put between two words is the reader's guess.</summary>
    public static string TextOf(byte[] pdf) => string.Concat(PagesOf(pdf));

    /// <summary>The same, page by page.</summary>
    public static IReadOnlyList<string> PagesOf(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return [.. document.GetPages().Select(page => WithoutSpaces(string.Concat(page.Letters.Select(letter => letter.Value))))];
    }

    /// <summary>As it is found in <see cref="TextOf"/>.</summary>
    public static string WithoutSpaces(string text) => text.Replace(" ", "", StringComparison.Ordinal).Replace("\u00A0", "", StringComparison.Ordinal);

    private static string? Kind(JsonElement bill) => bill.GetProperty("kind").GetString();
}
