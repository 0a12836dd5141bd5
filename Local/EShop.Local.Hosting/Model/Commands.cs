using EShop.Local.Hosting;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that can be done to a resource.</summary>
/// <param name="name">Its name, unique for the resource.</param>
/// <param name="displayName">What people read.</param>
/// <param name="updateState">Whether it can be done now.</param>
/// <param name="executeCommand">Does it.</param>
/// <param name="displayDescription">More about it, for people.</param>
/// <param name="parameter">Whatever the command needs.</param>
/// <param name="confirmationMessage">What is asked before; null to ask nothing.</param>
/// <param name="iconName">A picture, for those who show one.</param>
/// <param name="iconVariant">How the picture is drawn.</param>
/// <param name="isHighlighted">Whether it is shown before others.</param>
public sealed class ResourceCommandAnnotation(
    string name, string displayName, Func<UpdateCommandStateContext, ResourceCommandState> updateState, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
    string? displayDescription, object? parameter, string? confirmationMessage, string? iconName, IconVariant? iconVariant, bool isHighlighted) : IResourceAnnotation
{
    /// <summary>Its name, unique for the resource.</summary>
    public string Name { get; } = name;

    /// <summary>What people read.</summary>
    public string DisplayName { get; } = displayName;

    /// <summary>Whether it can be done now.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState { get; } = updateState;

    /// <summary>Does it.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; } = executeCommand;

    /// <summary>More about it, for people.</summary>
    public string? DisplayDescription { get; } = displayDescription;

    /// <summary>Whatever the command needs.</summary>
    public object? Parameter { get; } = parameter;

    /// <summary>What is asked before; null to ask nothing.</summary>
    public string? ConfirmationMessage { get; } = confirmationMessage;

    /// <summary>A picture, for those who show one.</summary>
    public string? IconName { get; } = iconName;

    /// <summary>How the picture is drawn.</summary>
    public IconVariant? IconVariant { get; } = iconVariant;

    /// <summary>Whether it is shown before others.</summary>
    public bool IsHighlighted { get; } = isHighlighted;
}

/// <summary>More about a command.</summary>
public class CommandOptions
{
    /// <summary>More about it, for people.</summary>
    public string? Description { get; set; }

    /// <summary>Whatever the command needs.</summary>
    public object? Parameter { get; set; }

    /// <summary>What is asked before; null to ask nothing.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>A picture, for those who show one.</summary>
    public string? IconName { get; set; }

    /// <summary>How the picture is drawn.</summary>
    public IconVariant? IconVariant { get; set; }

    /// <summary>Whether it is shown before others.</summary>
    public bool IsHighlighted { get; set; }

    /// <summary>Whether it can be done now; null for always.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}

/// <summary>How a picture is drawn.</summary>
public enum IconVariant
{
    /// <summary>As an outline.</summary>
    Regular,

    /// <summary>Filled.</summary>
    Filled,
}

/// <summary>Whether a command can be carried out now.</summary>
public enum ResourceCommandState
{
    /// <summary>It can.</summary>
    Enabled,

    /// <summary>It is shown and can't.</summary>
    Disabled,

    /// <summary>It is not shown.</summary>
    Hidden,
}

/// <summary>What decides whether a command can be carried out.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>The resource as it is.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }

    /// <summary>The host's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }
}

/// <summary>What a command has to work with.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The host's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The resource's name, or a replica's.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Fires when nobody waits for the result any more.</summary>
    public required CancellationToken CancellationToken { get; init; }
}

/// <summary>What became of a command.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it was carried out.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether somebody thought better of it.</summary>
    public bool Canceled { get; init; }

    /// <summary>Why it was not carried out.</summary>
    public string? ErrorMessage { get; init; }
}

/// <summary>Results of commands.</summary>
public static class CommandResults
{
    /// <summary>It was carried out.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>It was not, and this is why.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, ErrorMessage = errorMessage };

    /// <summary>It was not, and this is why.</summary>
    public static ExecuteCommandResult Failure(Exception exception) => Failure(exception.Message);

    /// <summary>Somebody thought better of it.</summary>
    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}

/// <summary>Has commands carried out: <c>start</c>, <c>stop</c>, <c>restart</c>, and those that a model adds.</summary>
public class ResourceCommandService
{
    private readonly Commands _commands;

    internal ResourceCommandService(Commands commands) => _commands = commands;

    /// <summary>Has a command carried out on one resource, or one replica; says what became of it, also where there is no such resource or command.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default) =>
        _commands.ExecuteAsync(resourceId, commandName, cancellationToken);

    /// <summary>Has a command carried out on a resource, all its replicas.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default) =>
        _commands.ExecuteAsync(resource.Name, commandName, cancellationToken);
}
