using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>A <c>kill -9</c> now and then, of one service after the other, while something runs.</summary>
internal static class Kills
{
    private static readonly string[] Victims = ["users", "products", "cart", "payment", "bill", "web", "stripe"];

    /// <summary>Runs what may end once each was killed.</summary>
    /// <param name="shop">Whose services are killed.</param>
    /// <param name="run">Is told whether it may end.</param>
    /// <param name="beside">What happens after a kill; it is given how many there were.</param>
    /// <param name="random">Kills after one to three seconds, whom it likes, for as long as it runs; without it, each once, every three seconds and not before the last one is back.</param>
    /// <returns>How many were killed.</returns>
    public static async Task<int> Amid(Shop shop, Func<Func<bool>, Task> run, Func<int, Task>? beside = null, Random? random = null)
    {
        var killed = 0;
        using var enough = new CancellationTokenSource();
        var killing = Task.Run(async () =>
        {
            using var every = new PeriodicTimer(TimeSpan.FromSeconds(random is null ? 3 : 2));
            try
            {
                while ((random is not null || killed < Victims.Length) && await every.WaitForNextTickAsync(enough.Token))
                {
                    var victim = Victims[(random?.Next(Victims.Length) ?? killed) % Victims.Length];
                    var pid = await shop.Kill(victim);
                    killed++;
                    if (random is not null)
                        every.Period = TimeSpan.FromMilliseconds(random.Next(1000, 3000));
                    if (beside is not null)
                        await beside(killed);
                    if (random is null)
                        await shop.Back(victim, pid, enough.Token);
                }
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                // It has run to its end.
            }
        });
        try
        {
            await run(() => killed >= Victims.Length || killing.IsCompleted);
        }
        finally
        {
            await enough.CancelAsync();
            await killing;
            await Task.WhenAll(Victims.Select(victim => shop.Healthy(victim, TestContext.Current.CancellationToken)));
        }

        return killed;
    }
}
