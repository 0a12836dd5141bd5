namespace EShop.Payment;

/// <summary>How long a request may ask Stripe and then write down what it heard, so that its answer comes within the five seconds that are promised. It does not end with the
/// request: a buyer who hangs up has paid all the same.</summary>
internal sealed class StripeBudget : IDisposable
{
    private static readonly TimeSpan WholeRequest = TimeSpan.FromSeconds(4.3);
    private static readonly TimeSpan ForAsking = TimeSpan.FromSeconds(3.9);

    private readonly TimeProvider _clock;
    private readonly long _started;
    private readonly CancellationTokenSource _asking;
    private readonly CancellationTokenSource _writing;

    public StripeBudget(TimeProvider clock)
    {
        _clock = clock;
        _started = clock.GetTimestamp();
        _asking = new CancellationTokenSource(ForAsking, clock);
        _writing = new CancellationTokenSource(WholeRequest, clock);
    }

    public CancellationToken Asking => _asking.Token;

    public CancellationToken Writing => _writing.Token;

    public TimeSpan Elapsed => _clock.GetElapsedTime(_started);

    public TimeSpan Left => ForAsking - Elapsed;

    public void Dispose()
    {
        _asking.Dispose();
        _writing.Dispose();
    }
}
