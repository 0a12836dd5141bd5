using EShop.Contracts;
using EShop.Payment;
using Xunit;
using Model = EShop.Payment.Payment;

namespace EShop.Tests.Payments;

public sealed class PaymentRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(15);

    [Fact]
    public void The_jumps_are_those_of_the_contract_and_no_others()
    {
        string[] legal =
        [
            "awaiting_stock>awaiting_payment", "awaiting_stock>rejected", "awaiting_stock>canceled",
            "awaiting_payment>requires_action", "awaiting_payment>processing", "awaiting_payment>succeeded", "awaiting_payment>canceled",
            "requires_action>succeeded", "requires_action>processing", "requires_action>awaiting_payment", "requires_action>canceled",
            "processing>succeeded", "processing>awaiting_payment", "processing>requires_action", "processing>canceled",
            "succeeded>partially_refunded", "succeeded>refunded",
            "partially_refunded>refunded",
        ];
        var all = Enum.GetValues<PaymentStatus>();
        var found = all.SelectMany(from => all.Where(to => from.CanGo(to)).Select(to => $"{Snake.Of(from)}>{Snake.Of(to)}"));
        Assert.Equal(legal.Order(), found.Order());
    }

    [Fact]
    public void A_charge_settles_the_order_once()
    {
        var payment = Reserved();
        var happened = Assert.IsType<PaymentSucceeded>(payment.Obey(Intent("succeeded"), Now));
        Assert.Equal(("pi_1", "ch_1"), (happened.PaymentIntentId, happened.ChargeId));
        Assert.Null(payment.Obey(Intent("succeeded"), Now));
        Assert.Equal(("visa", "4242"), (payment.CardBrand, payment.CardLast4));
        Assert.Equal(["awaiting_stock", "awaiting_payment", "succeeded"], payment.History.Select(step => Snake.Of(step.Status)));
    }

    [Fact]
    public void Stock_that_is_known_before_the_checkout_counts()
    {
        var payment = New();
        payment.Know(AnOrder(), "trace", Deadline, Now);
        payment.Reserve(Deadline, Now);
        payment.Know(AnOrder(), "another", Deadline, Now.AddMinutes(1));
        Assert.Equal(PaymentStatus.AwaitingPayment, payment.Status);
        Assert.Equal("trace", payment.TraceParent);
        Assert.Equal(Now + Deadline, payment.ExpiresAt);
    }

    [Theory]
    [InlineData("checkout reserved", "awaiting_payment")]
    [InlineData("checkout rejected", "rejected")]
    [InlineData("checkout reserved invoice", "awaiting_payment")]
    [InlineData("checkout reserved cancel", "canceled")]
    [InlineData("checkout cancel", "canceled")]
    public void Its_events_end_in_the_same_state_in_every_order_and_told_twice(string events, string status)
    {
        // An order that nobody has heard of can't be canceled: the deadline and the buyer come after it.
        foreach (var order in Orders(events.Split(' ')).Where(order => order[0] is not "cancel"))
        {
            var payment = New();
            foreach (var happens in order.Concat(order))
                Happen(payment, happens);
            Assert.True(Snake.Of(payment.Status) == status, $"{string.Join(' ', order)}: {payment.Status}");
            Assert.True(payment.IsKnown);
            Assert.Equal(events.Contains("invoice", StringComparison.Ordinal), payment.InvoiceId is not null);
        }
    }

    [Fact]
    public void What_comes_after_the_end_changes_nothing()
    {
        var payment = New();
        payment.Know(AnOrder(), null, Deadline, Now);
        Assert.Equal("expired", payment.Cancel(CancelReason.Expired, Now)!.Reason);
        payment.Reserve(Deadline, Now);
        payment.Reject([], Now);
        Assert.Null(payment.Cancel(CancelReason.Requested, Now));
        Assert.Equal(PaymentStatus.Canceled, payment.Status);
    }

    [Theory]
    [InlineData("succeeded", "succeeded")]
    [InlineData("canceled", "canceled")]
    [InlineData("processing", "processing")]
    [InlineData("requires_payment_method", "awaiting_payment")]
    public void An_order_that_is_known_again_goes_by_its_intent_before_its_stock_is_told_again(string atStripe, string here)
    {
        var payment = New();
        Assert.Null(payment.Obey(Intent(atStripe), Now));
        Assert.Equal(PaymentStatus.AwaitingStock, payment.Status);

        payment.Know(AnOrder(), null, Deadline, Now);
        var told = payment.Obey(Intent(atStripe), Now);
        payment.Reserve(Deadline, Now.AddMinutes(1));

        Assert.Equal(here, Snake.Of(payment.Status));
        Assert.Equal(here is "succeeded" or "canceled", told is not null);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(10, 5)]
    [InlineData(30, 15)]
    [InlineData(300, 15)]
    [InlineData(3600, 180)]
    [InlineData(86400, 600)]
    public void What_is_in_the_banks_hands_is_looked_at_the_more_seldom_the_longer_it_takes(int seconds, int next)
    {
        var payment = Reserved();
        payment.Obey(Intent("processing"), Now);
        Assert.Equal(Now.AddSeconds(seconds + next), payment.NextLook(Now.AddSeconds(seconds)));
        payment.Obey(Intent("succeeded"), Now);
        Assert.Null(payment.NextLook(Now));
    }

    [Theory]
    [InlineData("Unclear", 1, 5)]
    [InlineData("Failed", 60, 30)]
    [InlineData("Unclear", 86400, 600)]
    [InlineData("Refused", 1, 86400)]
    public void A_customer_whom_Stripe_does_not_have_yet_is_offered_again(string answer, int secondsRegistered, int next)
    {
        var customer = new Customer { UserId = Guid.CreateVersion7(Now.AddSeconds(-secondsRegistered)), Name = "Zoë", Email = "zoe@eshop.test" };
        Assert.Equal(Now.AddSeconds(next), CreateCustomers.NextTry(customer, Enum.Parse<AnswerKind>(answer), Now));
    }

    [Fact]
    public void A_late_charge_is_given_back_once_and_the_order_stays_canceled()
    {
        var payment = Reserved();
        payment.Cancel(CancelReason.Requested, Now);
        Assert.Null(payment.Obey(Intent("succeeded"), Now));
        Assert.True(payment.OwesRefund(Intent("succeeded")));
        var refund = payment.GiveBack(Intent("succeeded"), Now);
        Assert.False(payment.OwesRefund(Intent("succeeded")));
        Assert.Null(payment.Hear(refund, RefundStatus.Succeeded, "re_1", Now));
        Assert.False(payment.OwesRefund(Intent("succeeded")));
        Assert.Equal((PaymentStatus.Canceled, 1250L, 0L), (payment.Status, payment.RefundedAmount, payment.RefundingAmount));
    }

    [Fact]
    public void A_declined_card_leaves_the_order_payable()
    {
        var payment = Reserved();
        payment.Decline(new PaymentError("card_declined", "generic_decline", "Your card was declined."), "ch_0", Now);
        Assert.True(payment.IsPayable);
        Assert.NotNull(payment.LastError);
        payment.Obey(Intent("succeeded"), Now);
        Assert.Null(payment.LastError);
    }

    [Fact]
    public void Every_ask_has_a_key_of_its_own_and_a_refund_always_the_same()
    {
        var payment = Reserved();
        var first = Operation.Start(OperationKind.Confirm, payment, new OperationParameters(), TimeSpan.Zero, Now);
        payment.Count(first.Attempt);
        var second = Operation.Start(OperationKind.Cancel, payment, new OperationParameters(), TimeSpan.Zero, Now);
        Assert.Equal($"confirm:{payment.OrderId}:1", first.Key);
        Assert.Equal($"cancel:{payment.OrderId}:2", second.Key);
        Assert.Equal(($"pi:{payment.OrderId}", $"pi:{payment.OrderId}:2"), (first.IntentKey, second.IntentKey));
        var refund = Guid.NewGuid();
        Assert.Equal($"refund:{refund}", Operation.Start(OperationKind.Refund, payment, new OperationParameters { RefundId = refund }, TimeSpan.Zero, Now).Key);
    }

    private static IEnumerable<string[]> Orders(string[] events) => events.Length == 1
        ? [events]
        : events.SelectMany(first => Orders([.. events.Where(other => other != first)]).Select(rest => (string[])[first, .. rest]));

    private static void Happen(Model payment, string what)
    {
        if (what is "checkout" or "reserved" or "rejected")
            payment.Know(AnOrder(), null, Deadline, Now);
        switch (what)
        {
            case "reserved": payment.Reserve(Deadline, Now); break;
            case "rejected": payment.Reject([], Now); break;
            case "invoice": payment.Invoice(Guid.NewGuid()); break;
            case "cancel" when payment.IsKnown: payment.Cancel(CancelReason.Expired, Now); break;
            default: break;
        }
    }

    private static Model New() => new() { OrderId = Guid.CreateVersion7(Now) };

    private static Model Reserved()
    {
        var payment = New();
        payment.Know(AnOrder(), null, Deadline, Now);
        payment.Reserve(Deadline, Now);
        return payment;
    }

    private static Order AnOrder() => new(
        Guid.CreateVersion7(Now), Guid.NewGuid(), new Buyer("Zoë", "zoe@eshop.test"), null, "es", "EUR", [new OrderLine(Guid.NewGuid(), "Mug", 1, 1250, 21)], 1250);

    private static Intent Intent(string status) => new("pi_1", status, "secret", null, new Charge("ch_1", 1250, 0, "visa", "4242", Now), null, null);
}
