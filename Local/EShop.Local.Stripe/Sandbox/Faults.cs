using System.Collections.Concurrent;
using System.Text.Json.Serialization;

namespace EShop.Local.Stripe;

/// <summary>
/// Trouble to come, armed by <c>POST /sandbox/faults</c>. It is kept in memory only: a restart disarms it.
/// </summary>
/// <param name="Path">The beginning of the paths it meets; <c>*</c> stands for one segment: <c>/v1/payment_intents/*/confirm</c>.</param>
/// <param name="Method">POST or GET; null for both.</param>
/// <param name="Calls">How many calls it meets.</param>
/// <param name="When"><c>before</c> anything is done, or <c>after</c> the effect is committed.</param>
/// <param name="DelayMs">Milliseconds of silence first.</param>
/// <param name="Drop">Close the connection instead of answering.</param>
/// <param name="Status">429 or 500 instead of the answer. A 500 after the effect is stored under the idempotency key, as Stripe stores it.</param>
/// <param name="Order">Only calls and events about this order. Calls bear its id in their metadata or name its intent; a list may also be of its customer's.</param>
/// <param name="Email">Only calls that name this address: they make or look for its customer.</param>
/// <param name="Webhooks">Changes what happens to events from now on, instead of meeting calls: <c>on</c>, <c>off</c>, <c>duplicate</c>, <c>late</c> (five seconds) or
/// <c>reordered</c> (each waits up to two seconds, by chance).</param>
internal sealed record Fault(
    string Path = "/v1/", string? Method = null, int Calls = 1, FaultTime When = FaultTime.After, int DelayMs = 0, bool Drop = false, int? Status = null,
    string? Order = null, string? Email = null, WebhookFault? Webhooks = null)
{
    /// <param name="email">The address that the call names.</param>
    /// <param name="isAbout">Whether the call is about an order.</param>
    public bool Meets(string method, string path, string? email, Func<string, bool> isAbout)
    {
        if (Method is not null && !Method.Equals(method, StringComparison.OrdinalIgnoreCase))
            return false;
        var (mine, theirs) = (Path.Trim('/').Split('/'), path.Trim('/').Split('/'));
        var fits = mine.Length <= theirs.Length && mine.Zip(theirs).All(pair => pair.First == "*" || pair.First == pair.Second);
        return fits && (Email is null || Email == email) && (Order is null || isAbout(Order));
    }

    /// <summary>What is wrong with it, or null.</summary>
    public string? Problem() => this switch
    {
        { Calls: < 1 or > 1_000_000 } => "calls must be 1 to 1000000",
        { DelayMs: < 0 or > 600_000 } => "delayMs must be 0 to 600000",
        { Status: not (null or 429 or (>= 500 and <= 599)) } => "status must be 429 or 500 to 599",
        { Drop: true, Status: not null } => "drop and status exclude each other",
        { Webhooks: null, DelayMs: 0, Drop: false, Status: null } => "name a trouble: delayMs, drop, status or webhooks",
        _ when !Path.StartsWith("/v1/", StringComparison.Ordinal) => "path must begin with /v1/",
        _ => null,
    };
}

[JsonConverter(typeof(JsonStringEnumConverter<FaultTime>))]
internal enum FaultTime
{
    [JsonStringEnumMemberName("before")]
    Before,
    [JsonStringEnumMemberName("after")]
    After,
}

[JsonConverter(typeof(JsonStringEnumConverter<WebhookFault>))]
internal enum WebhookFault
{
    [JsonStringEnumMemberName("on")]
    On,
    [JsonStringEnumMemberName("off")]
    Off,
    [JsonStringEnumMemberName("duplicate")]
    Duplicate,
    [JsonStringEnumMemberName("late")]
    Late,
    [JsonStringEnumMemberName("reordered")]
    Reordered,
}

/// <summary>The faults that are armed now.</summary>
internal sealed class Faults
{
    private readonly Lock _gate = new();
    private readonly List<Fault> _armed = [];
    private readonly ConcurrentDictionary<string, WebhookFault> _webhooks = [];
    private int _meeting;

    public WebhookFault Webhooks { get; private set; } = WebhookFault.On;

    /// <summary>How many calls are in a trouble now. Their clients may be gone: what they asked for may still be done.</summary>
    public int Meeting
    {
        get
        {
            lock (_gate)
                return _meeting;
        }
    }

    public IReadOnlyList<Fault> Armed
    {
        get
        {
            lock (_gate)
                return [.. _armed];
        }
    }

    /// <summary>What happens to events about an order; null for those about none. It takes no lock: it is asked under the ledger's, which is taken under the one here.</summary>
    public WebhookFault WebhooksOf(string? order) => order is not null && _webhooks.TryGetValue(order, out var fault) ? fault : Webhooks;

    public void Arm(Fault fault)
    {
        lock (_gate)
        {
            if (fault is { Webhooks: { } one, Order: { } order })
                _webhooks[order] = one;
            else if (fault.Webhooks is { } all)
                Webhooks = all;
            else
                _armed.Add(fault);
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _armed.Clear();
            _webhooks.Clear();
            Webhooks = WebhookFault.On;
        }
    }

    /// <summary>Uses up one call of the oldest fault that meets this one, which is in trouble until <see cref="Leave"/>.</summary>
    public Fault? Take(string method, string path, string? email, Func<string, bool> isAbout)
    {
        lock (_gate)
        {
            var index = _armed.FindIndex(fault => fault.Meets(method, path, email, isAbout));
            if (index < 0)
                return null;
            var fault = _armed[index];
            if (fault.Calls == 1)
                _armed.RemoveAt(index);
            else
                _armed[index] = fault with { Calls = fault.Calls - 1 };
            _meeting++;
            return fault;
        }
    }

    /// <summary>A call that met one is over.</summary>
    public void Leave()
    {
        lock (_gate)
            _meeting--;
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/faults", (Faults faults) => new { faults.Armed, faults.Webhooks, faults.Meeting });
        routes.MapPost("/sandbox/faults", (Fault fault, Faults faults) =>
        {
            if (fault.Problem() is { } problem)
                return Results.Problem(problem, statusCode: 400);
            faults.Arm(fault);
            return Results.Ok(new { faults.Armed, faults.Webhooks, faults.Meeting });
        });
        routes.MapDelete("/sandbox/faults", (Faults faults) => faults.Reset());
    }
}
