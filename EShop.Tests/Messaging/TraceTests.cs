using System.Collections.Concurrent;
using System.Diagnostics;
using EShop.Contracts;
using EShop.Messaging;
using EShop.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EShop.Tests.Messaging;

/// <summary>One trace runs from the change to everything that follows from it.</summary>
public sealed class TraceTests(SharedPostgres postgres)
{
    [Fact]
    public async Task A_trace_crosses_the_bus_and_goes_on_in_what_the_handler_publishes()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "EShop.Messaging",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var world = await World.BeginAsync(postgres);
        var publisher = await world.PublisherAsync();
        var subscriber = await world.SubscriberAsync();
        subscriber.Script.Run = (happened, db, _) =>
        {
            // The handler's own scope: what it publishes is in the context that the bus saves.
            db.Add(Follow(subscriber, happened));
            return Task.CompletedTask;
        };
        using var change = new Activity("checkout").Start();
        change.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        await publisher.PublishAsync(World.Bill(), World.Bill());

        await Eventually.Get(world.EffectsAsync, effects => effects == 2);
        Assert.Equal(change.TraceId.ToString(), await world.SubscriberValueAsync<string>("SELECT string_agg(DISTINCT trace, ',') FROM effects"));
        Assert.Equal(change.TraceId.ToString(), await world.SubscriberValueAsync<string>("SELECT string_agg(DISTINCT substr(trace_parent, 4, 32), ',') FROM outbox"));
        var ours = await Eventually.Get(() => Task.FromResult(spans.Where(s => s.TraceId == change.TraceId).ToList()), s => s.Count(span => span.Kind == ActivityKind.Consumer) >= 2);
        var sends = ours.Where(span => span.DisplayName == "send {events:bill}").ToList();
        Assert.InRange(sends.Count, 2, int.MaxValue); // Sent again is what the relay does where it was not told in time that it had sent.
        Assert.All(sends, span => Assert.Equal((ActivityKind.Producer, change.SpanId), (span.Kind, span.ParentSpanId)));
        var processed = ours.Where(span => span.Kind == ActivityKind.Consumer).ToList();
        Assert.Equal(2, processed.Select(span => span.ParentSpanId).Distinct().Count());
        Assert.Subset(sends.Select(span => span.SpanId).ToHashSet(), processed.Select(span => span.ParentSpanId).ToHashSet());
        Assert.All(processed, span => Assert.Equal("payment", span.GetTagItem("messaging.consumer.group.name")));
    }

    private static OutboxMessage Follow(TestService subscriber, BillIssued happened)
    {
        using var scope = subscriber.Services.CreateScope();
        return scope.ServiceProvider.GetRequiredService<IOutbox>().Compose(new OrderUnknown(happened.OrderId));
    }
}
