namespace EShop.Users.Keys;

/// <summary>Looks after the signing keys: rotation when it is due, and what another replica or an operator changed.</summary>
internal sealed partial class KeepKeys(IServiceScopeFactory scopes, SigningKeys keys, TimeProvider clock, ILogger<KeepKeys> logger) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await keys.LoadAsync(scope.ServiceProvider.GetRequiredService<UsersDb>(), stoppingToken);
            }
            // An exception that leaves here stops the whole service; the keys that are known go on.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                NotKept(logger, exception.Message);
            }
        }
    }

    [LoggerMessage(3030, LogLevel.Warning, "The signing keys can't be looked after now: {Reason}")]
    private static partial void NotKept(ILogger logger, string reason);
}
