using Stripe;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

[Collection(SharedStripeSandbox.Name)]
public sealed class RefundTests(StripeSandbox sandbox)
{
    private readonly RefundService _refunds = sandbox.Client.V1.Refunds;
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Partial_refunds_add_up_to_the_charge_and_no_further()
    {
        var paid = await PaidAsync(1_000);

        var first = await _refunds.CreateAsync(new() { PaymentIntent = paid.Id, Amount = 300, Reason = "requested_by_customer", Metadata = new() { ["refundId"] = "r1" } }, cancellationToken: _stop);
        Assert.Equal(("succeeded", 300L, paid.LatestChargeId, "r1"), (first.Status, first.Amount, first.ChargeId, first.Metadata["refundId"]));
        var tooMuch = await Assert.ThrowsAsync<StripeException>(() => _refunds.CreateAsync(new() { PaymentIntent = paid.Id, Amount = 701 }, cancellationToken: _stop));
        Assert.Equal((400, "amount"), ((int)tooMuch.HttpStatusCode, tooMuch.StripeError.Param));
        Assert.False((await ChargeAsync(paid)).Refunded);
        var rest = await _refunds.CreateAsync(new() { Charge = paid.LatestChargeId }, cancellationToken: _stop);
        Assert.Equal(700, rest.Amount);
        var again = await Assert.ThrowsAsync<StripeException>(() => _refunds.CreateAsync(new() { PaymentIntent = paid.Id }, cancellationToken: _stop));
        Assert.Equal("charge_already_refunded", again.StripeError.Code);

        var charge = await ChargeAsync(paid);
        Assert.Equal((true, 1_000L), (charge.Refunded, charge.AmountRefunded));
        Assert.Equal([rest.Id, first.Id], charge.Refunds.Select(refund => refund.Id));
        Assert.Equal("succeeded", (await sandbox.Client.V1.PaymentIntents.GetAsync(paid.Id, cancellationToken: _stop)).Status);
        Assert.Equal([rest.Id, first.Id], (await _refunds.ListAsync(new() { PaymentIntent = paid.Id }, cancellationToken: _stop)).Select(refund => refund.Id));
    }

    [Fact]
    public async Task Nothing_is_refunded_that_was_never_paid()
    {
        var opened = await sandbox.OpenAsync();
        await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(opened.Id, "pm_card_chargeDeclined"));

        var refused = await Assert.ThrowsAsync<StripeException>(() => _refunds.CreateAsync(new() { PaymentIntent = opened.Id }, cancellationToken: _stop));

        Assert.Equal(400, (int)refused.HttpStatusCode);
        Assert.Empty(await _refunds.ListAsync(new() { PaymentIntent = opened.Id }, cancellationToken: _stop));
    }

    [Fact]
    public async Task The_ledger_tells_what_each_order_was_charged_and_given_back()
    {
        var order = Guid.CreateVersion7().ToString();
        var opened = await sandbox.OpenAsync(2_500, order);
        await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(opened.Id, "pm_card_chargeDeclined"));
        await sandbox.ConfirmAsync(opened.Id, "pm_card_visa");
        await _refunds.CreateAsync(new() { PaymentIntent = opened.Id, Amount = 500 }, cancellationToken: _stop);

        var ledger = await sandbox.LedgerAsync(order);

        var total = Assert.Single(ledger.GetProperty("orders").EnumerateArray());
        Assert.Equal($$"""{"orderId":"{{order}}","currency":"eur","intents":1,"succeededCharges":1,"failedCharges":1,"charged":2500,"refunded":500,"net":2000}""", total.GetRawText());
        Assert.Equal((1, 2, 1), (ledger.GetProperty("intents").GetArrayLength(), ledger.GetProperty("charges").GetArrayLength(), ledger.GetProperty("refunds").GetArrayLength()));
        var page = await sandbox.Http.GetStringAsync("/", _stop);
        Assert.Contains(order, page, StringComparison.Ordinal);
    }

    private async Task<PaymentIntent> PaidAsync(long amount) => await sandbox.ConfirmAsync((await sandbox.OpenAsync(amount)).Id, "pm_card_visa");

    private Task<Charge> ChargeAsync(PaymentIntent paid) => sandbox.Client.V1.Charges.GetAsync(paid.LatestChargeId, new() { Expand = ["refunds"] }, cancellationToken: _stop);
}
