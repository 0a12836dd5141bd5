using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.Tests.Messaging;

/// <summary>Adds up what one host counts under one name, or reads what a gauge of this name shows.</summary>
internal sealed class Metered : IAsyncDisposable
{
    private readonly MeterListener _listener = new();
    private readonly string _name;
    private object? _scope;
    private long _total;
    private int _observed;

    public Metered(string name)
    {
        _name = name;
        _listener.SetMeasurementEventCallback<long>((_, measured, _, _) => Interlocked.Add(ref _total, measured));
        _listener.SetMeasurementEventCallback<int>((_, measured, _, _) => _observed = measured);
    }

    public long Total => Interlocked.Read(ref _total);

    /// <summary>What the gauge shows now.</summary>
    public int Observed
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _observed;
        }
    }

    public void Of(TestService service)
    {
        _scope = service.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == _name && instrument.Meter.Scope == _scope)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.Start();
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }
}
