namespace EShop.Local.Hosting;

/// <summary>How long to wait before a restart: 0.5, 1, 2, then 4 s; from the start again after 10 s up.</summary>
internal sealed class BackOff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan WellAgain = TimeSpan.FromSeconds(10);

    private TimeSpan _next = First;

    public TimeSpan After(TimeSpan up)
    {
        if (up >= WellAgain)
            _next = First;
        var wait = _next;
        _next = wait * 2 < Most ? wait * 2 : Most;
        return wait;
    }
}
