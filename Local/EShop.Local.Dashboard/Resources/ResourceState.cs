namespace EShop.Local.Dashboard.Resources;

/// <summary>A resource at a moment, as the host of the application tells it.</summary>
public sealed record ResourceState(string Name, string Type, string State)
{
    public string? Health { get; init; }

    public int? Pid { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>Whether it is a process: databases live inside one, parameters are none.</summary>
    public bool IsProcess { get; init; }

    /// <summary>Why it could not be started.</summary>
    public string? Reason { get; init; }

    public string? Parent { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? StoppedAt { get; init; }

    public IReadOnlyList<Endpoint> Urls { get; init; } = [];

    public IReadOnlyList<HealthReport> HealthReports { get; init; } = [];

    public IReadOnlyList<Variable> Environment { get; init; } = [];

    public IReadOnlyList<Relation> Relations { get; init; } = [];

    public IReadOnlyList<Command> Commands { get; init; } = [];
}

/// <summary>Where it listens.</summary>
public sealed record Endpoint(string Name, string Url)
{
    /// <summary>Whether a browser can go there.</summary>
    public bool IsPage => Url.StartsWith("http", StringComparison.Ordinal);
}

/// <summary>What a health check said last; no status before the first time.</summary>
public sealed record HealthReport(string Name, string? Status, string? Description, string? Error);

/// <summary>A variable of its environment.</summary>
public sealed record Variable(string Name, string? Value, bool IsSecret);

/// <summary>Another resource that it has to do with: <c>Reference</c>, <c>WaitFor</c>, <c>Parent</c>.</summary>
public sealed record Relation(string Resource, string Type);

/// <summary>Something that can be done with it.</summary>
public sealed record Command(string Name, string DisplayName, bool IsEnabled, string? Confirmation = null);

/// <summary>What became of a command.</summary>
public sealed record CommandOutcome(bool Succeeded, string? Message);

/// <summary>A line that it wrote.</summary>
public sealed record ConsoleLine(string Text);
