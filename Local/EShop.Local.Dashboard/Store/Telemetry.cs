namespace EShop.Local.Dashboard.Store;

/// <summary>All that the resources have sent.</summary>
internal sealed class Telemetry(Limits limits)
{
    public Limits Limits => limits;

    public Senders Senders { get; } = new();

    public Traces Traces { get; } = new(limits);

    public Logs Logs { get; } = new(limits);

    public Metrics Metrics { get; } = new(limits);
}
