namespace EShop.Tests.Chaos;

internal enum Disaster
{
    /// <summary><c>kill -9</c> of one process.</summary>
    Kill,

    /// <summary>SIGTERM to one process: it stops in its own time, in the middle of the trade.</summary>
    Terminate,

    /// <summary>SIGSTOP to one process, which wakes up later and believes that no time has passed.</summary>
    Freeze,
    EmptyRedis,
    KillRedis,
    FreezeRedis,
    StopRedis,
    KillPostgres,
    StopPostgres,

    /// <summary>Stripe answers late, wrongly, or not at all, before or after it has done what it was asked.</summary>
    Bank,

    /// <summary>Stripe's webhooks come twice, late, in another order, or not at all.</summary>
    Webhooks,
}

/// <summary>What happens to the shop while it trades.</summary>
/// <param name="Name">How <c>./eshop chaos --script</c> names it.</param>
/// <param name="Weights">What is drawn how often, every one to four seconds.</param>
/// <param name="Clockwork">What happens regularly besides.</param>
internal sealed record Script(string Name, IReadOnlyList<(Disaster What, int Weight)> Weights, IReadOnlyList<(Disaster What, TimeSpan Every)> Clockwork)
{
    private static readonly (Disaster, int)[] OfProcesses = [(Disaster.Kill, 40), (Disaster.Terminate, 15), (Disaster.Freeze, 15)];
    private static readonly (Disaster, int)[] OfTheBank = [(Disaster.Bank, 20), (Disaster.Webhooks, 6)];
    private static readonly (Disaster, int)[] OfTheBroker = [(Disaster.EmptyRedis, 3), (Disaster.KillRedis, 2), (Disaster.FreezeRedis, 2), (Disaster.StopRedis, 2)];
    private static readonly (Disaster, int)[] OfTheDatabase = [(Disaster.KillPostgres, 1), (Disaster.StopPostgres, 1)];

    public static readonly IReadOnlyList<Script> All =
    [
        new("everything", [.. OfProcesses, .. OfTheBank, .. OfTheBroker, .. OfTheDatabase], []),
        new("outages", [.. OfProcesses, .. OfTheBank], [(Disaster.EmptyRedis, TimeSpan.FromSeconds(30)), (Disaster.StopPostgres, TimeSpan.FromMinutes(2))]),
        new("processes", OfProcesses, []),
        new("bank", OfTheBank, []),
        new("broker", OfTheBroker, []),
        new("database", OfTheDatabase, []),
    ];

    public static Script Of(string name) => All.SingleOrDefault(script => script.Name == name)
        ?? throw new ArgumentException($"There is no script '{name}': they are {string.Join(", ", All.Select(script => script.Name))}.", nameof(name));

    public Disaster Draw(Random random)
    {
        var left = random.Next(Weights.Sum(one => one.Weight));
        foreach (var (what, weight) in Weights)
        {
            if (left < weight)
                return what;
            left -= weight;
        }

        throw new InvalidOperationException("The weights are their sum.");
    }
}
