using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Gives the process a connection string as <c>ConnectionStrings__NAME</c>, and its parts as <c>NAME_HOST</c>, <c>NAME_PORT</c> and so on.</summary>
    /// <param name="builder">Who gets them.</param>
    /// <param name="source">Whose connection string.</param>
    /// <param name="connectionName">A name other than the source's.</param>
    /// <param name="optional">Whether a missing connection string is left out rather than an error.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        var name = connectionName ?? resource.Name;
        return builder.WithRelationship(resource, "Reference").WithEnvironment(async context =>
        {
            var variables = context.EnvironmentVariables;
            var isThere = context.ExecutionContext.IsPublishMode || !string.IsNullOrEmpty(await resource.GetConnectionStringAsync(context.CancellationToken));
            if (!isThere && !optional)
                throw new DistributedApplicationException($"The connection string of '{resource.Name}' is missing, and '{context.Resource.Name}' needs it.");
            if (isThere)
                variables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{name}"] = resource;
            foreach (var (property, expression) in resource.GetConnectionProperties())
                variables[$"{Variable(name)}_{property.ToUpperInvariant()}"] = expression;
        });
    }

    /// <summary>Gives the process the addresses of a service: <c>services__NAME__http__0</c> for service discovery, and <c>NAME_HTTP</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source) where TDestination : IResourceWithEnvironment =>
        builder.WithReference(source, source.Resource.Name);

    /// <summary>Gives the process the addresses of a service under another name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment =>
        builder.WithRelationship(source.Resource, "Reference").WithEnvironment(context => Discover(context, name, source.Resource.GetEndpoints()));

    /// <summary>Gives the process one address of a service.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.WithRelationship(endpointReference.Resource, "Reference")
            .WithEnvironment(context => Discover(context, endpointReference.Resource.Name, [endpointReference]));

    /// <summary>Says that two resources have to do with each other.</summary>
    public static IResourceBuilder<T> WithRelationship<T>(this IResourceBuilder<T> builder, IResource resource, string type) where T : IResource =>
        builder.WithAnnotation(new ResourceRelationshipAnnotation(resource, type));

    private static void Discover(EnvironmentCallbackContext context, string name, IEnumerable<EndpointReference> endpoints)
    {
        var byScheme = new Dictionary<string, int>();
        foreach (var endpoint in endpoints)
        {
            var index = byScheme[endpoint.Scheme] = byScheme.GetValueOrDefault(endpoint.Scheme, -1) + 1;
            context.EnvironmentVariables[$"{Variable(name)}_{Variable(endpoint.EndpointName)}"] = endpoint;
            context.EnvironmentVariables[$"services__{name}__{endpoint.Scheme}__{index}"] = endpoint;
        }
    }

    private static string Variable(string name)
    {
        var encoded = NotForVariables().Replace(name, "_").ToUpperInvariant();
        return char.IsAsciiDigit(encoded[0]) ? "_" + encoded : encoded;
    }

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NotForVariables();
}
