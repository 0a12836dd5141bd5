using System.Net;
using System.Text;
using EShop.Tests.Payments;
using EShop.Tests.Support;
using Stripe;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G11: however Stripe's events come, it ends right: they are believed when they are signed, and even then only as a hint to look.</summary>
public sealed class G11WebhookTests(Shop shop)
{
    private const string Secret = "whsec_sandbox";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signed_event_is_taken_twice_and_stored_once_and_its_word_is_not_taken_for_it()
    {
        var order = await shop.Order();
        var intent = (await order.Pay(method: null).Ok()).Intent();
        var id = $"evt_{Guid.NewGuid():N}";
        var body = Event(id, order, intent);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [await Send(body, Signed(body)), await Send(body, Signed(body))]);

        // The event says 'succeeded', the intent at Stripe doesn't: once it has been read, the payment is as it was.
        await using var connection = await shop.Database("paymentdb");
        await using var read = new Npgsql.NpgsqlCommand("SELECT (SELECT count(*) FROM webhook_events WHERE id = $1) = 1 AND read_at IS NULL FROM payments WHERE order_id = $2", connection)
        {
            Parameters = { new() { Value = id }, new() { Value = order.Id } },
        };
        await Eventually.True(async () => (bool)(await read.ExecuteScalarAsync(Stop))!);

        // Once more, much later: what it told is known, so the payment stays marked as it is.
        await shop.PaymentSql("UPDATE payments SET read_at = '2100-01-01' WHERE order_id = $1", order.Id);
        Assert.Equal(HttpStatusCode.OK, await Send(body, Signed(body)));
        Assert.Equal(1, await shop.PaymentSql("UPDATE payments SET read_at = NULL WHERE order_id = $1 AND read_at = '2100-01-01'", order.Id));
        Assert.Equal("awaiting_payment", (await order.Get().Ok()).Text("status"));
    }

    [Fact]
    public async Task Forged_changed_and_old_events_are_refused_and_leave_nothing_behind()
    {
        var order = await shop.Order();
        var id = $"evt_{Guid.NewGuid():N}";
        var body = Event(id, order, "pi_1");
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        foreach (var (sent, signature) in new (string, string?)[]
        {
            (body, null),
            (body, ""),
            (body, "t=1,v1=00"),
            (body, EventUtility.GenerateSignatureHeader(body, "whsec_another", now)),
            (body, EventUtility.GenerateSignatureHeader(body, Secret, now - 301)),
            (body.Replace("succeeded", "Succeeded", StringComparison.Ordinal), Signed(body)),
            ("", Signed("")),
            ("not json", Signed("not json")),
        })
        {
            Assert.True(await Send(sent, signature) == HttpStatusCode.BadRequest, $"{signature}: {sent}");
        }

        Assert.Equal(0, await shop.PaymentSql("DELETE FROM webhook_events WHERE id = $1", id));
    }

    [Fact]
    public async Task Events_about_other_things_are_taken_and_forgotten()
    {
        var body = """{"id":"evt_other","object":"event","api_version":"2026-10-28.endive","created":1,"type":"customer.created","livemode":false,"pending_webhooks":1,"data":{"object":{"id":"cus_1","object":"customer"}}}""";

        Assert.Equal(HttpStatusCode.OK, await Send(body, Signed(body)));
    }

    [Fact]
    public async Task A_body_may_be_larger_than_elsewhere_and_not_larger_than_a_mebibyte()
    {
        var large = $$"""{"id":"evt_large","object":"event","type":"customer.created","padding":"{{new string('x', 200_000)}}","data":{"object":{"id":"cus_1","object":"customer"} } }""";
        Assert.Equal(HttpStatusCode.OK, await Send(large, Signed(large)));

        var tooLarge = new string('x', (1024 * 1024) + 1);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Send(tooLarge, Signed(tooLarge)));
    }

    [Theory]
    [InlineData("duplicate")]
    [InlineData("off")]
    [InlineData("late")]
    [InlineData("reordered")]
    public async Task However_they_come_it_ends_right(string webhooks)
    {
        var buyer = await shop.Customer();
        var (inTheBrowser, atTheBank, refunded) = (await Order(), await Order(), await Order());

        await Task.WhenAll(PaidInTheBrowser(), ApprovedByTheBank(), RefundedLate());

        async Task<Placed> Order()
        {
            var order = await shop.Order(buyer: buyer);
            await shop.StripeFault(new { webhooks, order = order.Id });
            return order;
        }

        async Task PaidInTheBrowser()
        {
            await shop.Confirm((await inTheBrowser.Pay(method: null).Ok()).Intent());
            if (webhooks == "off")
                await inTheBrowser.Pay().Ok(); // Nobody tells that the browser paid: it is found out when somebody asks.
            await Ends(inTheBrowser, "succeeded", refunds: 0);
        }

        async Task ApprovedByTheBank()
        {
            await shop.AnswerBank(await atTheBank.Pay("pm_card_threeDSecure2Required").Ok(), "approve");
            await Ends(atTheBank, "succeeded", refunds: 0);
        }

        async Task RefundedLate()
        {
            await refunded.Pay("pm_card_pendingRefund").Ok();
            await refunded.Cancel().Ok();
            await shop.Bank($"refunds/{await shop.RefundOf(refunded)}", new { status = "succeeded" });
            await Ends(refunded, "refunded", refunds: 1);
        }

        async Task Ends(Placed order, string status, int refunds)
        {
            await order.Becomes(status, TimeSpan.FromSeconds(60));
            // Nor does what comes afterwards change it.
            await shop.HasHeardAll(order, TimeSpan.FromSeconds(60));
            Assert.Equal(status, (await order.Get().Ok()).Text("status"));
            Assert.Equal((1, 1, 1250L, refunds * 1250L), await shop.Ledger(order));
            Assert.Single(await shop.Told(order, "payment.succeeded"));
            Assert.Equal(refunds, (await shop.Told(order, "payment.refunded")).Count);
        }
    }

    private static string Event(string id, Placed order, string intent) => $$"""
        {"id":"{{id}}","object":"event","api_version":"2026-10-28.endive","created":1790000000,"type":"payment_intent.succeeded","livemode":false,"pending_webhooks":1,
        "data":{"object":{"id":"{{intent}}","object":"payment_intent","amount":1250,"currency":"eur","status":"succeeded","metadata":{"orderId":"{{order.Id}}"} } } }
        """;

    private static string Signed(string body) => EventUtility.GenerateSignatureHeader(body, Secret, DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    private async Task<HttpStatusCode> Send(string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/payment/webhook") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.ExpectContinue = true; // So that a refusal by length is heard before the body is sent.
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        using var answer = await shop.Client("payment").SendAsync(request, Stop);
        if (answer.StatusCode != HttpStatusCode.OK)
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return answer.StatusCode;
    }
}
