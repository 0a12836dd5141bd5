using EShop.Tests.Support;
using Xunit;

namespace EShop.Tests.Guarantees;

/// <summary>G4: no event is lost, at whichever point of its way a process dies: committed and not appended, appended and not marked, handled and not acknowledged. With two replicas
/// of each service.</summary>
[Collection(nameof(Twins))]
public sealed class G4NoEventIsLostTests(TwinShop twins)
{
    /// <summary>Every point of every event, at each service that it comes by.</summary>
    private static IEnumerable<string> Points =>
        from happens in EventLife.Publishers
        from point in EventLife.Subscribers[happens.Key].Select(subscriber => CrashPoints.Name(CrashPoints.BeforeAcknowledge, happens.Key, subscriber)).Concat(
            [CrashPoints.Name(CrashPoints.BeforeAppend, happens.Key, happens.Value), CrashPoints.Name(CrashPoints.BeforeMark, happens.Key, happens.Value)])
        select point;

    [Fact]
    public void Every_event_of_the_contracts_is_died_over() => Assert.Equal(EventLife.Publishers.Keys.Order(StringComparer.Ordinal), EventLife.Subscribers.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task Dying_at_points_on_the_way_of_events_loses_none() => await Die(points => points.Take(6));

    [Fact(Explicit = true)]
    public async Task Dying_at_every_point_on_the_way_of_every_event_loses_none() => await Die(points => points);

    private async Task Die(Func<IEnumerable<string>, IEnumerable<string>> choose)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        var shop = await twins.ShopAsync();
        // An order that is lost costs a look of the reconciler: those points are the long form's.
        List<string> open = [.. choose(Points.OrderBy(_ => random.Next()).OrderBy(point => point.Contains("order.unknown", StringComparison.Ordinal)))];
        open.ForEach(point => File.Create(Path.Combine(twins.Armed, point)).Dispose());
        var life = new EventLife(shop);
        for (var round = 0; open.Count > 0; round++)
        {
            Assert.True(round < 12, $"Nobody came by {string.Join(", ", open)}.");
            await life.Live();
            if (open.Any(point => point.Contains("order.unknown", StringComparison.Ordinal)))
                await life.Forget();
            open.RemoveAll(point => File.Exists(Path.Combine(twins.Armed, point + ".fired")));
        }

        await TwinShop.Healthy(shop);
        await life.NothingIsLost();
    }
}
