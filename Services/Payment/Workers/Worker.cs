using EShop.Messaging;

namespace EShop.Payment;

/// <summary>Looks for work when it is due: each look says when the next is, and whoever commits something that is due earlier tells it. What another replica or a dead process
/// left is found by a look now and then. Whatever fails is tried again.</summary>
/// <param name="poll">The longest without a look.</param>
internal abstract partial class Worker(IServiceScopeFactory scopes, TimeProvider clock, TimeSpan poll, ILogger logger) : BackgroundService
{
    /// <summary>How often it is looked for what nobody told of. Shorter than any lease, so that each is known of before it runs out.</summary>
    protected static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    /// <summary>For a look that failed, and for what is due but in another replica's hands.</summary>
    protected static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);

    private readonly Signal _wake = new();
    private readonly Lock _gate = new();
    private DateTimeOffset _due;

    protected IServiceScopeFactory Scopes { get; } = scopes;

    protected TimeProvider Clock { get; } = clock;

    /// <summary>What a look answers that leaves nothing that is due at a known time.</summary>
    protected static DateTimeOffset Whenever => DateTimeOffset.MaxValue;

    /// <summary>What a look answers that probably leaves more.</summary>
    protected static DateTimeOffset AtOnce => DateTimeOffset.MinValue;

    /// <summary>Has it look now.</summary>
    public void Wake() => LookBy(AtOnce);

    /// <summary>Has it look at this time, if it would not look earlier. What is due has to be committed: told while it looks, it looks once more.</summary>
    public void LookBy(DateTimeOffset due)
    {
        lock (_gate)
        {
            if (due >= _due)
                return;
            _due = due;
        }

        _wake.Set();
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    /// <param name="services">A scope of this look's own.</param>
    /// <returns>When the next look is due, as far as the database knows.</returns>
    protected abstract Task<DateTimeOffset> WorkAsync(IServiceProvider services, CancellationToken stoppingToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Before the look: what is committed from here on it may not see.
            lock (_gate)
                _due = DateTimeOffset.MaxValue;
            DateTimeOffset next;
            try
            {
                await using var scope = Scopes.CreateAsyncScope();
                next = await WorkAsync(scope.ServiceProvider, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(logger, GetType().Name, exception);
                next = Clock.GetUtcNow() + Soon;
            }

            var atTheLatest = Clock.GetUtcNow() + poll;
            LookBy(next < atTheLatest ? next : atTheLatest);
            await WaitAsync(stoppingToken);
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        while (Left() is var left && left > TimeSpan.Zero && !stoppingToken.IsCancellationRequested)
        {
            // By the clock that was injected, which the semaphore of the signal does not know; and a millisecond late rather than early, which would be a look for nothing.
            using var due = new CancellationTokenSource(left + TimeSpan.FromMilliseconds(1), Clock);
            using var dueOrStopping = CancellationTokenSource.CreateLinkedTokenSource(due.Token, stoppingToken);
            await ((Task)_wake.WaitAsync(Timeout.InfiniteTimeSpan, dueOrStopping.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The time has passed, whatever the clock says: it may have been set back.
            if (due.IsCancellationRequested)
                return;
        }
    }

    private TimeSpan Left()
    {
        lock (_gate)
            return _due - Clock.GetUtcNow();
    }

    [LoggerMessage(4010, LogLevel.Error, "{Worker} failed and tries again")]
    private static partial void Failed(ILogger logger, string worker, Exception exception);
}
