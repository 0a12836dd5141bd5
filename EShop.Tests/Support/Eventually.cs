using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace EShop.Tests.Support;

/// <summary>Waits for what happens sooner or later: asks again until a deadline, and then says what was asked for.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    /// <summary>Until it is true.</summary>
    public static Task True(Func<Task<bool>> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        Poll(async () => (await condition(), true), within, what);

    /// <inheritdoc cref="True(Func{Task{bool}}, TimeSpan?, string)"/>
    public static Task True(Func<bool> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        Poll(() => Task.FromResult((condition(), true)), within, what);

    /// <summary>The first answer that is not null.</summary>
    public static Task<T> Get<T>(Func<Task<T?>> ask, TimeSpan? within = null, [CallerArgumentExpression(nameof(ask))] string what = "") where T : class =>
        Poll(async () => await ask() is { } answer ? (true, answer) : (false, null!), within, what);

    /// <summary>The first answer that is good.</summary>
    public static Task<T> Get<T>(
        Func<Task<T>> ask, Func<T, bool> isGood, TimeSpan? within = null, [CallerArgumentExpression(nameof(isGood))] string what = "") =>
        Poll(async () => await ask() is var answer && isGood(answer) ? (true, answer) : (false, answer), within, what);

    // A failure in between (a refused connection, a service that is down) is an answer like 'not yet'; the last one is told.
    private static async Task<T> Poll<T>(Func<Task<(bool Done, T Value)>> ask, TimeSpan? within, string what)
    {
        var deadline = within ?? Deadline;
        var watch = Stopwatch.StartNew();
        using var pause = new PeriodicTimer(Shortest);
        Exception? failure = null;
        object? last = null;
        do
        {
            try
            {
                var (done, value) = await ask();
                if (done)
                    return value;
                (last, failure) = (value, null);
            }
            catch (Exception e) when (e is not OperationCanceledException || !TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                failure = e;
            }

            // The longer it takes, the more seldom it is asked: many who wait at once are a load of their own.
            pause.Period = TimeSpan.FromTicks(Math.Clamp(watch.Elapsed.Ticks / 10, Shortest.Ticks, Longest.Ticks));
        }
        while (watch.Elapsed < deadline && await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken));

        throw new TimeoutException($"Not within {deadline.TotalSeconds:0.#} s: {what}. Last answer: {last ?? "none"}.", failure);
    }
}
