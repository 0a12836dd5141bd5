using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>A <c>kill -9</c> now and then, of one service after the other, for as long as something runs.</summary>
internal static class Kills
{
    private static readonly string[] Victims = ["users", "products", "cart", "payment", "bill", "web", "stripe"];

    /// <summary>Runs what may end once each was killed.</summary>
    /// <param name="shop">Whose services are killed.</param>
    /// <param name="run">Is told whether it may end.</param>
    /// <param name="beside">What happens after a kill; it is given how many there were.</param>
    /// <param name="random">Kills after one to three seconds, whom it likes; without it, every five seconds in turn.</param>
    public static async Task Amid(Shop shop, Func<Func<bool>, Task> run, Func<int, Task>? beside = null, Random? random = null)
    {
        var killed = 0;
        using var enough = new CancellationTokenSource();
        var killing = Task.Run(async () =>
        {
            using var every = new PeriodicTimer(TimeSpan.FromSeconds(random is null ? 5 : 2));
            try
            {
                while (await every.WaitForNextTickAsync(enough.Token))
                {
                    await shop.Kill(Victims[(random?.Next(Victims.Length) ?? killed) % Victims.Length]);
                    killed++;
                    if (random is not null)
                        every.Period = TimeSpan.FromMilliseconds(random.Next(1000, 3000));
                    if (beside is not null)
                        await beside(killed);
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
    }
}
