using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states of a resource, as texts.</summary>
public static class KnownResourceStates
{
    /// <summary>On its way up.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>Its process is there.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>It could not be started.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>On its way down.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>It was stopped.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>It ended by itself.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>It waits for another one.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>Nobody has started it yet.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>The states that nothing follows by itself.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>A state and the colour in which to show it.</summary>
/// <param name="Text">The state.</param>
/// <param name="Style"><c>success</c>, <c>info</c>, <c>warn</c>, <c>error</c>, or null.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>A state in no particular colour.</summary>
    public static implicit operator ResourceStateSnapshot?(string? text) => text is null ? null : new(text, null);
}

/// <summary>What is known about a resource at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>What kind of resource, for people.</summary>
    public required string ResourceType { get; init; }

    /// <summary>Anything else worth showing, the process id among it.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>The state.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>How the last process ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When the process started, in UTC.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When it ended, in UTC.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>Where to reach it.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>What its process was started with, secrets included.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>What its health checks said last.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; internal init; } = [];

    /// <summary>The worst of the reports; null unless it runs; unhealthy while one has not been made yet.</summary>
    public HealthStatus? HealthStatus => State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(report => report.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    // Set once everybody who listens for its readiness has done his part: a database is there only then.
    internal bool IsReady { get; init; }
}

/// <summary>Something worth showing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public sealed record ResourcePropertySnapshot(string Name, object? Value);

/// <summary>A variable of a process's environment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsFromSpec">Whether the model gave it, and not the host's own environment.</param>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>A URL.</summary>
/// <param name="Name">The endpoint's name.</param>
/// <param name="Url">The URL.</param>
/// <param name="IsInternal">Whether it is of no use to people.</param>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal);

/// <summary>What a health check said last.</summary>
/// <param name="Name">The check.</param>
/// <param name="Status">What it said; null before its first run.</param>
/// <param name="Description">In words.</param>
/// <param name="ExceptionText">The failure behind it.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText);
