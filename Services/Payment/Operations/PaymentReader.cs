using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace EShop.Payment;

/// <summary>Reads a payment, and waits until it is as somebody needs it. Between two looks no connection is held.</summary>
internal sealed class PaymentReader(PaymentDb db, PaymentChanges changes, TimeProvider clock)
{
    /// <param name="userId">The owner, or null where anybody's may be read.</param>
    /// <returns>The payment with its open operation, fresh from the database; null where the order is not known (to this user).</returns>
    public Task<Payment?> ReadAsync(Guid orderId, Guid? userId, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear(); // Else what was read before would be found again.
        return db.Payments.Include(p => p.Operation)
            .FirstOrDefaultAsync(p => p.OrderId == orderId && p.UserId != null && (userId == null || p.UserId == userId), cancellationToken);
    }

    /// <summary>The payment as soon as it is <paramref name="ready"/>, or as it is when the time is up.</summary>
    public async Task<Payment?> WaitAsync(Guid orderId, Guid? userId, Func<Payment?, bool> ready, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(25); ; pause = TimeSpan.FromMilliseconds(Math.Min(pause.TotalMilliseconds * 2, 200)))
        {
            using var subscription = changes.Listen(orderId);
            var payment = await ReadAsync(orderId, userId, cancellationToken);
            var left = atMost - clock.GetElapsedTime(started);
            if (ready(payment) || left <= TimeSpan.Zero)
                return payment;
            // Another replica may have made the change, and tells nobody here: so the wait is short.
            await WaitAsync(subscription, pause < left ? pause : left, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The payment as it is, and as it is after each change, until the process or the reader ends.</summary>
    public async IAsyncEnumerable<Payment> WatchAsync(Guid orderId, Guid? userId, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        while (!ending.IsCancellationRequested)
        {
            using var subscription = changes.Listen(orderId);
            if (await ReadAsync(orderId, userId, cancellationToken) is not { } payment)
                yield break;
            yield return payment;
            await WaitAsync(subscription, TimeSpan.FromSeconds(1), ending.Token);
        }
    }

    private async Task WaitAsync(PaymentChanges.Subscription subscription, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(subscription.Changed, Task.Delay(atMost, clock, timer.Token));
        await timer.CancelAsync();
    }
}
