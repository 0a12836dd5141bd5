using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EShop.Tests.Guarantees;

/// <summary>Where a service can be made to die, as it stands on the way of one event. It is loaded into the service by <c>DOTNET_STARTUP_HOOKS</c> and sees what every telemetry
/// exporter sees: the product has no switch for it. A point is a file in a folder; who comes by takes it away and is killed on the spot, so each kills once.</summary>
internal static class CrashPoints
{
    public const string Folder = "TEST_CRASH_FOLDER";
    public const string Service = "TEST_CRASH_SERVICE";

    /// <summary>The change is committed, and its event not appended yet.</summary>
    public const string BeforeAppend = "before-append";

    /// <summary>The event is appended, and not marked so.</summary>
    public const string BeforeMark = "before-mark";

    /// <summary>The effect is committed, and the event not acknowledged.</summary>
    public const string BeforeAcknowledge = "before-acknowledge";

    private const string Counted = "counted";

    // What was handled of a stream and is not committed yet, in the order in which it is counted afterwards. One consumer reads a stream, one batch after the other.
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Handled = new();

    /// <summary>The file that arms a point.</summary>
    public static string Name(string point, string type, string service) => $"{point} {type} {service}";

    /// <summary>In the process of a service, before its <c>Main</c>.</summary>
    public static void Install(string folder, string service)
    {
        // A span that is current, with its tags, until the one around it is current again: by then nothing is appended yet.
        Activity.CurrentChanged += (_, change) =>
        {
            if (change.Previous is { IsStopped: false, Kind: ActivityKind.Producer } span)
                Pass(BeforeAppend, TypeOf(span));
        };
        ActivitySource.AddActivityListener(new ActivityListener
        {
            ShouldListenTo = source => source.Name == "EShop.Messaging",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.Kind == ActivityKind.Producer)
                    Pass(BeforeMark, TypeOf(span));
                else if (span.GetTagItem("messaging.destination.name") is string stream && TypeOf(span) is { } type)
                    Note(Handled.GetOrAdd(stream, _ => new()), span, type);
            },
        });
        var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "messaging.client.consumed.messages")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        // Counted right after the commit. A single event's span is still open then, those of a batch have ended.
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (Activity.Current is { Kind: ActivityKind.Consumer } span)
            {
                span.SetCustomProperty(Counted, true);
                Pass(BeforeAcknowledge, TypeOf(span));
            }
            else if (Handled.TryGetValue((string)tags[0].Value!, out var queue) && queue.TryDequeue(out var type))
            {
                Pass(BeforeAcknowledge, type);
            }
        });
        meters.Start();

        void Pass(string point, string? type)
        {
            if (type is null)
                return;
            var armed = Path.Combine(folder, Name(point, type, service));
            if (!File.Exists(armed))
                return;
            try
            {
                File.Move(armed, armed + ".fired");
            }
            catch (IOException)
            {
                return; // The other replica was here before.
            }

            Process.GetCurrentProcess().Kill();
            new ManualResetEventSlim().Wait();
        }
    }

    private static void Note(ConcurrentQueue<string> handled, Activity span, string type)
    {
        if (span.Status == ActivityStatusCode.Error)
            handled.Clear();
        else if (span.GetCustomProperty(Counted) is null)
            handled.Enqueue(type);
    }

    private static string? TypeOf(Activity span) => span.GetTagItem("cloudevents.event_type") as string;
}
