namespace EShop.Local.Hosting;

/// <summary>What the dashboard is told of a resource; its names in JSON are those that the dashboard reads.</summary>
internal sealed record ResourceRow(string Name, string Type, string State)
{
    public string? Health { get; init; }

    public int? Pid { get; init; }

    public int? ExitCode { get; init; }

    public string? Reason { get; init; }

    public bool IsProcess { get; init; }

    public string? Parent { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? StoppedAt { get; init; }

    public IReadOnlyList<ResourceUrl> Urls { get; init; } = [];

    public IReadOnlyList<ResourceHealth> HealthReports { get; init; } = [];

    public IReadOnlyList<ResourceVariable> Environment { get; init; } = [];

    public IReadOnlyList<ResourceRelation> Relations { get; init; } = [];

    public IReadOnlyList<ResourceCommand> Commands { get; init; } = [];
}

internal sealed record ResourceUrl(string Name, string Url);

internal sealed record ResourceHealth(string Name, string? Status, string? Description, string? Error);

internal sealed record ResourceVariable(string Name, string Value, bool IsSecret);

internal sealed record ResourceRelation(string Resource, string Type);

internal sealed record ResourceCommand(string Name, string DisplayName, bool IsEnabled, string? Confirmation);

internal sealed record ConsoleLine(string Text);

internal sealed record CommandOutcome(bool Succeeded, string? Message);
