using System.Collections.Concurrent;
using Stripe;
using Xunit;

namespace EShop.Tests.StripeSandboxes;

public sealed class KillTests : IAsyncLifetime
{
    private readonly StripeSandbox _sandbox = new();

    public ValueTask InitializeAsync() => _sandbox.StartAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_kill_in_a_burst_loses_nothing_that_was_answered_and_repeats_charge_nothing_twice()
    {
        var paid = new ConcurrentDictionary<string, string>();
        var enough = new TaskCompletionSource();
        var buyers = Enumerable.Range(0, 8).Select(buyer => Task.Run(() => BuyUntilItDies(buyer))).ToArray();

        await enough.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await _sandbox.KillAsync();
        var interrupted = await Task.WhenAll(buyers);
        // What a kill in the middle of a write leaves.
        await System.IO.File.AppendAllTextAsync(_sandbox.JournalPath, """[{"id":"pi_torn","object":"payment_int""", TestContext.Current.CancellationToken);
        await _sandbox.StartAsync();

        foreach (var (order, charge) in paid)
            Assert.Equal(charge, (await PayAsync(order)).LatestChargeId);
        foreach (var order in interrupted)
            Assert.Equal("succeeded", (await PayAsync(order)).Status);
        var ledger = await _sandbox.LedgerAsync();
        var orders = ledger.GetProperty("orders").EnumerateArray().ToList();
        Assert.Equal(paid.Count + interrupted.Length, orders.Count);
        Assert.All(orders, order => Assert.Equal((1, 1, 1_500L), (order.GetProperty("intents").GetInt32(), order.GetProperty("succeededCharges").GetInt32(), order.GetProperty("charged").GetInt64())));

        async Task<string> BuyUntilItDies(int buyer)
        {
            for (var purchase = 0; ; purchase++)
            {
                var order = $"{buyer}-{purchase}";
                try
                {
                    paid[order] = (await PayAsync(order)).LatestChargeId;
                }
                catch (HttpRequestException)
                {
                    return order;
                }
                if (paid.Count >= 100)
                    enough.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task A_journal_that_is_damaged_in_the_middle_stops_the_start_instead_of_losing_payments()
    {
        await PayAsync("before");
        await _sandbox.KillAsync();
        var lines = await System.IO.File.ReadAllLinesAsync(_sandbox.JournalPath, TestContext.Current.CancellationToken);
        lines[0] = lines[0][..^10];
        await System.IO.File.WriteAllLinesAsync(_sandbox.JournalPath, lines, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await _sandbox.StartAsync());
        Assert.Contains("cannot be read at byte 0", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>As Payment pays: the keys belong to the order, so a repeat after a lost answer asks for the same thing.</summary>
    private async Task<PaymentIntent> PayAsync(string order)
    {
        var opened = await _sandbox.OpenAsync(orderId: order, key: $"pi:{order}");
        return await _sandbox.ConfirmAsync(opened.Id, "pm_card_visa", $"confirm:{order}:1");
    }
}
