using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>Turns a resource into the process that it is on this machine.</summary>
internal static class ResourceProcess
{
    /// <summary>Whether it is a process at all: parameters and databases are not.</summary>
    public static bool Has(IResource resource) => resource is ProjectResource or ExecutableResource or ContainerResource;

    /// <summary>The built assembly of a project: what the build of the app model has built beside it.</summary>
    public static string AssemblyOf(ProjectResource project, AppHostAssembly appHost)
    {
        var path = ProjectPath(project);
        return Path.Combine(
            Path.GetDirectoryName(path)!, "bin", appHost.Configuration, $"net{Environment.Version.Major}.{Environment.Version.Minor}",
            Path.GetFileNameWithoutExtension(path) + ".dll");
    }

    /// <summary>The process to start, its environment and arguments filled; called after the waits.</summary>
    public static async Task<ProcessSpec> DescribeAsync(
        ResourceInstance instance, AppHostAssembly appHost, LocalMachine machine, DistributedApplicationExecutionContext context, CancellationToken cancellationToken)
    {
        var resource = instance.Resource;
        ReplicaPorts.Use(instance.Ports);
        var (variables, texts) = await FillAsync(resource, context, cancellationToken);
        var spec = resource switch
        {
            ProjectResource project => new ProcessSpec(Programs.Dotnet, [AssemblyOf(project, appHost), .. texts], Path.GetDirectoryName(ProjectPath(project))!),
            ExecutableResource executable => new ProcessSpec(ProgramOf(executable), texts, executable.WorkingDirectory),
            _ => await resource.Annotations.OfType<ILocalForm>().Single().PrepareAsync(machine, cancellationToken),
        };
        return spec with { Environment = variables };
    }

    /// <summary>The environment and the arguments of a resource, every value looked up.</summary>
    public static async Task<(IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Arguments)> FillAsync(
        IResource resource, DistributedApplicationExecutionContext context, CancellationToken cancellationToken)
    {
        var (environment, arguments) = await GatherAsync(resource, context, cancellationToken);
        var variables = new Dictionary<string, string>();
        foreach (var (key, value) in environment)
            variables[key] = await TextAsync(value, cancellationToken);
        var texts = new List<string>();
        foreach (var argument in arguments)
            texts.Add(await TextAsync(argument, cancellationToken));
        return (variables, texts);
    }

    /// <summary>The environment and the arguments of a resource as the model says them: texts, and what is looked up where it runs.</summary>
    public static async Task<(IReadOnlyDictionary<string, object> Environment, IReadOnlyList<object> Arguments)> GatherAsync(
        IResource resource, DistributedApplicationExecutionContext context, CancellationToken cancellationToken)
    {
        var environment = new EnvironmentCallbackContext(context, resource, [], cancellationToken);
        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await callback.Callback(environment);
        List<object> arguments = [];
        var called = new CommandLineArgsCallbackContext(arguments, resource, cancellationToken);
        foreach (var callback in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await callback.Callback(called);
        return (environment.EnvironmentVariables, arguments);
    }

    // Before it is started: behind setsid, what is missing would look like a program that ends at once, and be tried again for ever.
    private static string ProgramOf(ExecutableResource executable)
    {
        var path = executable.Command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? new[] { Path.GetFullPath(executable.Command, executable.WorkingDirectory) }.FirstOrDefault(File.Exists)
            : Programs.Find(executable.Command);
        return path ?? throw new DistributedApplicationException($"The program '{executable.Command}', which '{executable.Name}' is, is not found: install it, or name it by its whole path.");
    }

    private static string ProjectPath(ProjectResource project) => project.Annotations.OfType<IProjectMetadata>().Single().ProjectPath;

    private static async Task<string> TextAsync(object value, CancellationToken cancellationToken) =>
        value is IValueProvider provider ? await provider.GetValueAsync(cancellationToken) ?? "" : value.ToString() ?? "";
}
