using EShop.Messaging;

namespace EShop.Payment;

/// <summary>Looks for work now and then, and at once where more is waiting. Whatever fails is tried again at the next look.</summary>
internal abstract partial class Worker(IServiceScopeFactory scopes, TimeProvider clock, TimeSpan every, ILogger logger) : BackgroundService
{
    private readonly Signal _wake = new();

    protected IServiceScopeFactory Scopes { get; } = scopes;

    protected TimeProvider Clock { get; } = clock;

    /// <summary>Has it look now.</summary>
    public void Wake() => _wake.Set();

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    /// <param name="services">A scope of this look's own.</param>
    /// <returns>Whether more is probably waiting.</returns>
    protected abstract Task<bool> WorkAsync(IServiceProvider services, CancellationToken stoppingToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var more = false;
            try
            {
                await using var scope = Scopes.CreateAsyncScope();
                more = await WorkAsync(scope.ServiceProvider, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(logger, GetType().Name, exception);
            }

            if (!more)
                await WaitAsync(stoppingToken);
        }
    }

    // By the clock that was injected, which the semaphore of the signal does not know.
    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var due = new CancellationTokenSource(every, Clock);
        using var dueOrStopping = CancellationTokenSource.CreateLinkedTokenSource(due.Token, stoppingToken);
        await ((Task)_wake.WaitAsync(Timeout.InfiniteTimeSpan, dueOrStopping.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(4010, LogLevel.Error, "{Worker} failed and tries again")]
    private static partial void Failed(ILogger logger, string worker, Exception exception);
}
