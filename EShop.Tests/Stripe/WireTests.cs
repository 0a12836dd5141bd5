using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

/// <summary>What a client that is not Stripe.net could send, and the shapes of the answers.</summary>
[Collection(SharedStripeSandbox.Name)]
public sealed class WireTests(StripeSandbox sandbox)
{
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("currency=eur", 400, "parameter_missing", "amount")]
    [InlineData("amount=&currency=eur", 400, "parameter_invalid_empty", "amount")]
    [InlineData("amount=12.5&currency=eur", 400, "parameter_invalid_integer", "amount")]
    [InlineData("amount=-5&currency=eur", 400, "parameter_invalid_integer", "amount")]
    [InlineData("amount=99999999999999999999&currency=eur", 400, "parameter_invalid_integer", "amount")]
    [InlineData("amount=49&currency=eur", 400, "amount_too_small", "amount")]
    [InlineData("amount=1234&currency=kwd", 400, "parameter_invalid_integer", "amount")]
    [InlineData("amount=100000000&currency=eur", 400, "amount_too_large", "amount")]
    [InlineData("amount=100&currency=zzz", 400, null, "currency")]
    [InlineData("amount=100&currency=eur&confirm=yes", 400, null, "confirm")]
    [InlineData("amount=100&currency=eur&colour=red", 400, "parameter_unknown", "colour")]
    [InlineData("amount=100&currency=eur&automatic_payment_methods[colour]=red", 400, "parameter_unknown", "automatic_payment_methods[colour]")]
    [InlineData("amount=100&currency=eur&payment_method=pm_none", 400, "resource_missing", "payment_method")]
    [InlineData("amount=100&currency=eur&customer=cus_none", 400, "resource_missing", "customer")]
    [InlineData("amount=100&currency=eur&payment_method=pm_card_visa&confirm=true", 400, null, "return_url")]
    [InlineData("amount=100&currency=eur&expand[]=colour", 400, null, "expand")]
    public async Task Wrong_parameters_are_told_by_code_and_name(string body, int status, string? code, string param)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded");

        var response = await sandbox.Http.PostAsync("/v1/payment_intents", content, _stop);

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(_stop)).GetProperty("error");
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(code, error.TryGetProperty("code", out var told) ? told.GetString() : null);
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("GET", "/v1/payment_intents/pi_none", "resource_missing")]
    [InlineData("POST", "/v1/payment_intents/pi_none/confirm", "resource_missing")]
    [InlineData("GET", "/v1/charges/ch_none", "resource_missing")]
    [InlineData("GET", "/v1/customers/cus_none", "resource_missing")]
    [InlineData("GET", "/v1/events/evt_none", "resource_missing")]
    [InlineData("GET", "/v1/colours", null)]
    [InlineData("DELETE", "/v1/charges", null)]
    public async Task What_is_not_there_is_404(string method, string path, string? code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        var response = await sandbox.Http.SendAsync(request, _stop);

        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(_stop)).GetProperty("error");
        Assert.Equal((HttpStatusCode.NotFound, code), (response.StatusCode, error.TryGetProperty("code", out var told) ? told.GetString() : null));
    }

    [Theory]
    [InlineData("Bearer", "sk_test_any", HttpStatusCode.OK)]
    [InlineData("Basic", "sk_test_any:", HttpStatusCode.OK)]
    [InlineData("Bearer", "sk_live_any", HttpStatusCode.Unauthorized)]
    [InlineData("Basic", "sk_live_any:", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", "pk_test_any", HttpStatusCode.Unauthorized)]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    public async Task Test_keys_open_it_and_live_keys_never(string? scheme, string? key, HttpStatusCode status)
    {
        using var http = new HttpClient { BaseAddress = sandbox.Http.BaseAddress };
        if (scheme is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(scheme, scheme == "Basic" ? Convert.ToBase64String(Encoding.UTF8.GetBytes(key!)) : key);

        Assert.Equal(status, (await http.GetAsync("/v1/payment_intents", _stop)).StatusCode);
    }

    [Fact]
    public async Task Every_answer_carries_its_request_id_and_the_version_asked_for()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/customers") { Headers = { { "Stripe-Version", "2026-01-01.other" } } };

        var response = await sandbox.Http.SendAsync(request, _stop);

        Assert.StartsWith("req_", response.Headers.GetValues("Request-Id").Single(), StringComparison.Ordinal);
        Assert.Equal("2026-01-01.other", response.Headers.GetValues("Stripe-Version").Single());
    }

    [Fact]
    public async Task A_list_is_newest_first_and_can_be_walked_both_ways()
    {
        var customer = await sandbox.Client.V1.Customers.CreateAsync(new() { Email = "list@example.com", Name = "José" }, cancellationToken: _stop);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Insert(0, (await sandbox.Client.V1.PaymentIntents.CreateAsync(new() { Amount = 100 + i, Currency = "eur", Customer = customer.Id }, cancellationToken: _stop)).Id);
        var intents = sandbox.Client.V1.PaymentIntents;

        var first = await intents.ListAsync(new() { Customer = customer.Id, Limit = 2 }, cancellationToken: _stop);
        var next = await intents.ListAsync(new() { Customer = customer.Id, Limit = 2, StartingAfter = ids[1] }, cancellationToken: _stop);
        var back = await intents.ListAsync(new() { Customer = customer.Id, Limit = 2, EndingBefore = ids[3] }, cancellationToken: _stop);
        var all = await intents.ListAutoPagingAsync(new() { Customer = customer.Id, Limit = 2 }, cancellationToken: _stop).Select(intent => intent.Id).ToListAsync(_stop);

        Assert.Equal((true, "list", "/v1/payment_intents"), (first.HasMore, first.Object, first.Url));
        Assert.Equal(ids[..2], first.Select(intent => intent.Id));
        Assert.Equal(ids[2..4], next.Select(intent => intent.Id));
        Assert.Equal(ids[1..3], back.Select(intent => intent.Id));
        Assert.Equal(ids, all);
    }

    [Fact]
    public async Task A_list_can_be_cut_to_a_span_of_creation()
    {
        var intent = await sandbox.OpenAsync();
        var intents = sandbox.Client.V1.PaymentIntents;

        var since = await intents.ListAsync(new() { Created = new Stripe.DateRangeOptions { GreaterThanOrEqual = intent.Created, LessThan = intent.Created.AddSeconds(1) }, Limit = 100 }, cancellationToken: _stop);
        var later = await intents.ListAsync(new() { Created = new Stripe.DateRangeOptions { GreaterThan = intent.Created.AddHours(1) } }, cancellationToken: _stop);

        Assert.Contains(intent.Id, since.Select(found => found.Id));
        Assert.Empty(later);
    }

    [Fact]
    public async Task A_customer_can_be_made_changed_found_and_keep_a_card()
    {
        var customers = sandbox.Client.V1.Customers;
        var made = await customers.CreateAsync(new() { Email = "ana@example.com", Name = "Ana", Metadata = new() { ["userId"] = "7" } }, cancellationToken: _stop);
        var changed = await customers.UpdateAsync(made.Id, new() { Name = "Ana María" }, cancellationToken: _stop);
        var card = await sandbox.Client.V1.PaymentMethods.AttachAsync("pm_card_visa", new() { Customer = made.Id }, cancellationToken: _stop);

        Assert.Equal(("Ana María", "ana@example.com", "7"), (changed.Name, changed.Email, changed.Metadata["userId"]));
        Assert.Equal(made.Id, (await customers.ListAsync(new() { Email = "ana@example.com" }, cancellationToken: _stop)).Single().Id);
        Assert.Equal(made.Id, (await sandbox.Client.V1.PaymentMethods.GetAsync(card.Id, cancellationToken: _stop)).CustomerId);
        Assert.True((await customers.DeleteAsync(made.Id, cancellationToken: _stop)).Deleted);
    }
}
