using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Adds a command that a person, or <see cref="ResourceCommandService"/>, can have carried out; it takes the place of one of that name.</summary>
    /// <param name="builder">What it is about.</param>
    /// <param name="name">Its name, unique for the resource.</param>
    /// <param name="displayName">What people read.</param>
    /// <param name="executeCommand">Carries it out.</param>
    /// <param name="commandOptions">More about it.</param>
    public static IResourceBuilder<T> WithCommand<T>(
        this IResourceBuilder<T> builder, string name, string displayName, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
        CommandOptions? commandOptions = null) where T : IResource
    {
        foreach (var earlier in builder.Resource.Annotations.OfType<ResourceCommandAnnotation>().Where(command => command.Name == name).ToArray())
            builder.Resource.Annotations.Remove(earlier);
        var options = commandOptions ?? new();
        return builder.WithAnnotation(new ResourceCommandAnnotation(
            name, displayName, options.UpdateState ?? (_ => ResourceCommandState.Enabled), executeCommand, options.Description, options.Parameter,
            options.ConfirmationMessage, options.IconName, options.IconVariant, options.IsHighlighted));
    }
}
