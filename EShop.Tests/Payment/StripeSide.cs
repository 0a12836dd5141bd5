using System.Net.Http.Json;
using System.Text.Json;
using EShop.Tests.Support;
using Npgsql;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>What others do at Stripe: the buyer's browser, their bank, somebody with the dashboard open.</summary>
internal static class StripeSide
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A call of Stripe's API by somebody else than Payment.</summary>
    public static async Task<JsonElement> Stripe(this Shop shop, string path, params (string Name, string Value)[] parameters)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(parameters.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) };
        request.Headers.Authorization = new("Bearer", "sk_test_sandbox");
        return await shop.Client("stripe").SendAsync(request, Stop).Ok();
    }

    /// <summary>As the buyer's browser does it: Payment learns of it from Stripe alone.</summary>
    public static Task<JsonElement> Confirm(this Shop shop, string intent, string method = "pm_card_visa") =>
        shop.Stripe($"/v1/payment_intents/{intent}/confirm", ("payment_method", method));

    /// <summary>Answers at the page that the payment's next action leads to; where the buyer is sent from there.</summary>
    public static async Task<Uri?> AnswerBank(this Shop shop, JsonElement payment, string outcome)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler);
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("outcome", outcome)]);
        using var answer = await browser.PostAsync(payment.GetProperty("nextAction").Text("redirectUrl"), form, Stop);
        Assert.True((int)answer.StatusCode < 400, answer.StatusCode.ToString());
        return answer.Headers.Location;
    }

    /// <summary>What a bank does in its own time: <c>refunds/ID</c>, <c>disputes</c>, <c>disputes/ID</c>.</summary>
    public static Task<JsonElement> Bank(this Shop shop, string what, object word) => shop.Client("stripe").PostAsJsonAsync($"/sandbox/{what}", word, Stop).Ok();

    /// <summary>Has the reconciler look now, and waits until it has.</summary>
    public static async Task Reconcile(this Shop shop)
    {
        await Eventually.True(async () => await shop.PaymentSql("UPDATE schedules SET due_at = now(), done_at = NULL WHERE name = 'reconcile' AND (done_at IS NOT NULL OR due_at > now() + interval '1 minute')") == 1);
        await Eventually.True(async () => await shop.PaymentSql("UPDATE schedules SET name = name WHERE done_at IS NOT NULL") == 1, TimeSpan.FromSeconds(40), "the reconciler has looked");
    }

    /// <summary>Trouble for whoever calls.</summary>
    public static async Task StripeFault(this Shop shop, object fault)
    {
        using var armed = await shop.Client("stripe").PostAsJsonAsync("/sandbox/faults", fault, Stop);
        armed.EnsureSuccessStatusCode();
    }

    /// <summary>The paths of the trouble that nobody has met yet.</summary>
    public static async Task<IReadOnlyList<string>> StripeFaults(this Shop shop) =>
        [.. (await shop.Client("stripe").GetFromJsonAsync<JsonElement>("/sandbox/faults", Stop)).GetProperty("armed").EnumerateArray().Select(fault => fault.Text("path")!)];

    /// <summary>Until no call is in a trouble any more: what a client did not wait for has been done by then.</summary>
    public static Task NobodyIsInTrouble(this Shop shop) => Eventually.True(
        async () => (await shop.Client("stripe").GetFromJsonAsync<JsonElement>("/sandbox/faults", Stop)).GetProperty("meeting").GetInt32() == 0, what: "no call is in trouble");

    /// <summary>How many customers Stripe has of one of ours.</summary>
    public static async Task<int> CustomersOf(this Shop shop, string email)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/customers?limit=100&email={Uri.EscapeDataString(email)}");
        request.Headers.Authorization = new("Bearer", "sk_test_sandbox");
        return (await shop.Client("stripe").SendAsync(request, Stop).Ok()).GetProperty("data").GetArrayLength();
    }

    /// <summary>Stripe's id of the order's newest refund.</summary>
    public static async Task<string> RefundOf(this Shop shop, Placed order) => (await shop.LedgerOf(order)).GetProperty("refunds")[0].Text("id")!;

    public static async Task<string> IntentOf(this Shop shop, Placed order) => (await shop.LedgerOf(order)).GetProperty("intents")[0].Text("id")!;

    /// <summary>What a person has been asked to look at, oldest first.</summary>
    public static async Task<IReadOnlyList<(string Kind, string Reference)>> Concerns(this Shop shop, Placed order)
    {
        await using var connection = await shop.Database("paymentdb");
        await using var command = new NpgsqlCommand("SELECT kind, reference FROM concerns WHERE order_id = $1 ORDER BY id", connection) { Parameters = { new() { Value = order.Id } } };
        await using var reader = await command.ExecuteReaderAsync(Stop);
        List<(string, string)> found = [];
        while (await reader.ReadAsync(Stop))
            found.Add((reader.GetString(0), reader.GetString(1)));
        return found;
    }

    /// <summary>Waits until each event of an order's was delivered and what it hints at has been read.</summary>
    public static async Task HasHeardAll(this Shop shop, Placed order, TimeSpan within)
    {
        await Eventually.True(
            async () => (await shop.LedgerOf(order)).GetProperty("events").EnumerateArray().All(happened => happened.GetProperty("pending_webhooks").GetInt32() == 0), within, $"the events of order {order.Id} are delivered");
        await Eventually.True(async () => await shop.PaymentSql("UPDATE payments SET read_at = NULL WHERE order_id = $1 AND read_at IS NULL", order.Id) == 1, within, $"order {order.Id} is read");
    }

    private static Task<JsonElement> LedgerOf(this Shop shop, Placed order) => shop.Client("stripe").GetFromJsonAsync<JsonElement>($"/sandbox/ledger?orderId={order.Id}", Stop);
}
