using System.Collections.Concurrent;
using EShop.Payment;
using EShop.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace EShop.Tests.Payments;

/// <summary>Workers sleep as long as nothing is due, and not a moment longer.</summary>
public sealed class WorkerTests(Shop shop)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 1, 52, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Start);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_looks_again_when_the_first_thing_is_due()
    {
        using var worker = new Looking(_clock, look => look == 1 ? Start.AddSeconds(3) : DateTimeOffset.MaxValue);
        await worker.StartAsync(Stop);
        await LooksAsync(worker, 1);
        _clock.Advance(TimeSpan.FromSeconds(2.9));
        _clock.Advance(TimeSpan.FromSeconds(0.2));

        await LooksAsync(worker, 2);
        Assert.Equal([Start, Start.AddSeconds(3.1)], worker.Looks);
        await worker.StopAsync(Stop);
    }

    [Fact]
    public async Task What_nobody_tells_of_is_found_by_its_poll()
    {
        using var worker = new Looking(_clock, _ => DateTimeOffset.MaxValue);
        await worker.StartAsync(Stop);
        await LooksAsync(worker, 1);

        await Eventually.True(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return worker.Looks.Count > 1;
        });
        Assert.InRange(worker.Looks.ElementAt(1) - Start, Looking.Every, TimeSpan.MaxValue);
        await worker.StopAsync(Stop);
    }

    [Fact]
    public async Task What_is_due_earlier_than_it_knew_wakes_it_and_what_is_due_later_does_not()
    {
        using var worker = new Looking(_clock, _ => DateTimeOffset.MaxValue);
        await worker.StartAsync(Stop);
        await LooksAsync(worker, 1);
        worker.LookBy(Start.AddSeconds(2));
        worker.LookBy(Start.AddSeconds(4));
        _clock.Advance(TimeSpan.FromSeconds(2.1));

        await LooksAsync(worker, 2);
        Assert.Equal(Start.AddSeconds(2.1), worker.Looks.Last());
        await worker.StopAsync(Stop);
    }

    [Fact]
    public async Task What_becomes_due_while_it_looks_is_looked_at()
    {
        Looking? self = null;
        using var worker = self = new Looking(_clock, look =>
        {
            if (look == 1)
                self!.Wake();
            return DateTimeOffset.MaxValue;
        });
        await worker.StartAsync(Stop);

        await LooksAsync(worker, 2);
        Assert.Equal([Start, Start], worker.Looks);
        await worker.StopAsync(Stop);
    }

    [Fact]
    public async Task What_a_commit_makes_due_wakes_whose_work_it_is()
    {
        var order = await shop.Order();
        // Theirs is a clock that stands still, an hour on: without being told they look once.
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(1));
        var (ending, expiring, reading) = (new Scopes(), new Scopes(), new Scopes());
        using var operations = new EndOperations(ending, clock, NullLogger<EndOperations>.Instance);
        using var expiry = new ExpirePayments(expiring, operations, new FirstComparison(), null!, clock, NullLogger<ExpirePayments>.Instance);
        using var reader = new ReadIntents(reading, operations, clock, NullLogger<ReadIntents>.Instance);
        foreach (var worker in (Worker[])[operations, expiry, reader])
            await worker.StartAsync(Stop);
        await Eventually.True(() => (ending.Made, expiring.Made, reading.Made) == (1, 1, 1));
        await using var db = new PaymentDb(new DbContextOptionsBuilder<PaymentDb>().UseNpgsql(await shop.Database("paymentdb"), contextOwnsConnection: true).UseSnakeCaseNamingConvention()
            .AddInterceptors(new TellChanges(new PaymentChanges(), operations, expiry, reader)).Options);
        var payment = await db.Payments.SingleAsync(p => p.OrderId == order.Id, Stop);

        await using (var transaction = await db.Database.BeginTransactionAsync(Stop))
        {
            payment.ReadAgain(DateTimeOffset.UtcNow);
            db.Add(Operation.Start(OperationKind.Cancel, payment, new OperationParameters { Reason = CancelReason.Requested }, TimeSpan.Zero, DateTimeOffset.UtcNow));
            await db.SaveChangesAsync(Stop);
            Assert.Equal((1, 1, 1), (ending.Made, expiring.Made, reading.Made));
            await transaction.CommitAsync(Stop);
        }

        await Eventually.True(() => (ending.Made, expiring.Made, reading.Made) == (2, 2, 2));
        foreach (var worker in (Worker[])[operations, expiry, reader])
            await worker.StopAsync(Stop);
        await order.Becomes("canceled"); // By the service itself.
    }

    private static Task LooksAsync(Looking worker, int looks) => Eventually.True(() => worker.Looks.Count == looks);

    private sealed class Looking(TimeProvider clock, Func<int, DateTimeOffset> look)
        : Worker(new ServiceCollection().BuildServiceProvider().GetRequiredService<IServiceScopeFactory>(), clock, Every, NullLogger.Instance)
    {
        public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

        public ConcurrentQueue<DateTimeOffset> Looks { get; } = [];

        protected override Task<DateTimeOffset> WorkAsync(IServiceProvider services, CancellationToken stoppingToken)
        {
            Looks.Enqueue(Clock.GetUtcNow());
            return Task.FromResult(look(Looks.Count));
        }
    }

    /// <summary>Counts looks, none of which gets as far as a database.</summary>
    private sealed class Scopes : IServiceScopeFactory
    {
        private int _made;

        public int Made => Volatile.Read(ref _made);

        public IServiceScope CreateScope()
        {
            Interlocked.Increment(ref _made);
            throw new NotSupportedException("There is no database behind this worker.");
        }
    }
}
