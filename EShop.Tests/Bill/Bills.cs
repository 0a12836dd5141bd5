using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Npgsql;
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

    /// <summary>Drops what the browser has not drawn yet. After hundreds of invoices that nobody looks at, it would draw for minutes beside the next tests. Whoever asks for one has it drawn all the same.</summary>
    public static async Task LeaveUndrawnAsync(Shop shop)
    {
        await using var database = await shop.Database("billdb");
        await using var drop = new NpgsqlCommand("DELETE FROM drawing_jobs", database);
        await drop.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A second process of Bill beside the shop's.</summary>
    /// <param name="browser">The browser it is to draw with; by default there is none, and the other one draws.</param>
    public static async Task<LoneProject> ReplicaAsync(Shop shop, string browser = "/none") => await LoneProject.StartAsync("Services/Bill", new Dictionary<string, string>
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["ConnectionStrings__billdb"] = await shop.ConnectionString("billdb"),
        ["ConnectionStrings__redis"] = await shop.ConnectionString("redis"),
        ["services__users__http__0"] = shop.Address("users").ToString(),
        ["Stripe__ApiBase"] = shop.Address("stripe").ToString(),
        ["Bill__Browser"] = browser,
    });

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

    /// <summary>Takes a whole invoice back as another process would, in the transaction that is open.</summary>
    public static async Task TakeBackAsync(NpgsqlConnection database, Guid orderId)
    {
        await using var take = new NpgsqlCommand(
            """
            WITH taken AS (
                INSERT INTO invoice_counters (series, year, last_number, last_at) SELECT 'R', year, 1, now() FROM invoices WHERE order_id = $1
                ON CONFLICT (series, year) DO UPDATE SET last_number = invoice_counters.last_number + 1, last_at = greatest(invoice_counters.last_at, excluded.last_at) RETURNING *)
            INSERT INTO invoices (id, kind, series, year, sequence, number, order_id, user_id, issued_at, currency, total, document, refund_id)
            SELECT gen_random_uuid(), 'credit_note', taken.series, taken.year, last_number, 'R-' || taken.year || '-' || lpad(last_number::text, 6, '0'), order_id, user_id, last_at, currency, total, document, gen_random_uuid()
            FROM invoices, taken WHERE order_id = $1
            """, database)
        {
            Parameters = { new() { Value = orderId } },
        };
        Assert.Equal(1, await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Until somebody waits for what this connection has locked.</summary>
    public static async Task BlockedByAsync(Shop shop, NpgsqlConnection database)
    {
        await using var watcher = await shop.Database("billdb");
        await using var blocked = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))", watcher) { Parameters = { new() { Value = database.ProcessID } } };
        await Eventually.True(async () => (long)(await blocked.ExecuteScalarAsync(TestContext.Current.CancellationToken))! > 0, what: "somebody waits");
    }

    private static string? Kind(JsonElement bill) => bill.GetProperty("kind").GetString();
}
