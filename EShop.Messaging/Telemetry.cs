using System.Diagnostics;

namespace EShop.Messaging;

/// <summary>Spans of the bus, by OpenTelemetry's conventions for messaging: the publisher's and the consumer's share the trace of the change that was told.</summary>
internal static class Telemetry
{
    public const string Name = "EShop.Messaging";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>The span of an event being appended, child of the change that it tells.</summary>
    public static Activity? Send(string publisher, OutboxMessage row)
    {
        var around = Activity.Current;
        Activity.Current = null;
        var span = Start("send", ActivityKind.Producer, publisher, row.TraceParent, row.Id, row.Type);
        // A batch's spans lie side by side, not one within another.
        Activity.Current = around;
        return span;
    }

    /// <summary>The span of an event being handled, child of the publisher's; the current one until it is disposed.</summary>
    public static Activity? Process(string publisher, string group, Envelope envelope) =>
        Start("process", ActivityKind.Consumer, publisher, envelope.TraceParent, envelope.Id, envelope.Type)?.SetTag("messaging.consumer.group.name", group)
        // Nobody records it here, but what the handler publishes belongs to the same trace.
        ?? (envelope.TraceParent is { } parent ? new Activity("process").SetParentId(parent).Start() : null);

    /// <summary>Says on the current span that it failed, without the text of the failure, which may name people.</summary>
    public static void Fail(Activity? span, Exception failure) =>
        span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", failure.GetType().FullName);

    private static Activity? Start(string operation, ActivityKind kind, string publisher, string? traceParent, Guid id, string type)
    {
        if (!ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent))
            Activity.Current = null;
        return Source.StartActivity($"{operation} {EventKind.StreamOf(publisher)}", kind, parent)
            ?.SetTag("messaging.system", "redis")
            .SetTag("messaging.operation.name", operation)
            .SetTag("messaging.operation.type", operation)
            .SetTag("messaging.destination.name", EventKind.StreamOf(publisher))
            .SetTag("messaging.message.id", id.ToString())
            .SetTag("cloudevents.event_type", type);
    }
}
