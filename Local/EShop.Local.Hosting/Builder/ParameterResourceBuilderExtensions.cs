using Aspire.Hosting.ApplicationModel;
using EShop.Local.Hosting;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds what an operator decides.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>A parameter that has to be configured as <c>Parameters:NAME</c> (by environment <c>Parameters__NAME</c>, with <c>_</c> for each <c>-</c>).</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.Add(name, secret, null, _ => throw new MissingParameterValueException(
            $"The parameter '{name}' has no value: set the environment variable Parameters__{name.Replace('-', '_')}."));

    /// <summary>A parameter with a value, if nobody configures another.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="name">Unique in the model.</param>
    /// <param name="value">The value.</param>
    /// <param name="publishValueAsDefault">Whether a manifest names the value as the default.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <inheritdoc cref="AddParameter(IDistributedApplicationBuilder, string, string, bool, bool)"/>
    /// <param name="builder">The model.</param>
    /// <param name="name">Unique in the model.</param>
    /// <param name="valueGetter">Gives the value.</param>
    /// <param name="publishValueAsDefault">Whether a manifest names the value as the default.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false) =>
        builder.Add(name, secret, publishValueAsDefault ? new PublishedDefault(valueGetter) : null, _ => valueGetter());

    /// <summary>A parameter whose value is made up, if nobody configures one.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="name">Unique in the model.</param>
    /// <param name="value">Makes it up.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    /// <param name="persist">Whether the value is kept for the next start.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.Add(name, secret, persist ? Keep(builder, name, value) : value, fallback => fallback!.GetDefaultValue());

    /// <summary>Something outside, reached by the connection string <c>ConnectionStrings:NAME</c>.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="name">Unique in the model.</param>
    /// <param name="environmentVariableName">The variable in which a consumer gets it; null for <c>ConnectionStrings__NAME</c>.</param>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        var configuration = builder.Configuration;
        return builder.AddResource(new ConnectionStringParameterResource(name, _ => configuration[$"ConnectionStrings:{name}"] is { Length: > 0 } value
            ? value
            : throw new MissingParameterValueException($"The connection string '{name}' is missing: set the environment variable ConnectionStrings__{name}."), environmentVariableName));
    }

    /// <summary>Says what a parameter is for. The local host shows described parameters, with their values, once all is up.</summary>
    public static IResourceBuilder<ParameterResource> WithDescription(
        this IResourceBuilder<ParameterResource> builder, string description, bool enableMarkdown = false)
    {
        builder.Resource.Description = description;
        return builder;
    }

    /// <summary>A made-up password that is kept for the next start. It is not a resource of its own.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(
        IDistributedApplicationBuilder builder, string name, bool lower = true, bool upper = true, bool numeric = true, bool special = true,
        int minLower = 0, int minUpper = 0, int minNumeric = 0, int minSpecial = 0) => Create(builder, name, secret: true, Keep(builder, name, new GenerateParameterDefault
        {
            MinLength = 22, // 128 bits, whatever the characters
            Lower = lower,
            Upper = upper,
            Numeric = numeric,
            Special = special,
            MinLower = minLower,
            MinUpper = minUpper,
            MinNumeric = minNumeric,
            MinSpecial = minSpecial,
        }), fallback => fallback!.GetDefaultValue());

    private static IResourceBuilder<ParameterResource> Add(
        this IDistributedApplicationBuilder builder, string name, bool secret, ParameterDefault? fallback, Func<ParameterDefault?, string> value) =>
        builder.AddResource(Create(builder, name, secret, fallback, value));

    private static ParameterResource Create(
        IDistributedApplicationBuilder builder, string name, bool secret, ParameterDefault? fallback, Func<ParameterDefault?, string> value)
    {
        var configuration = builder.Configuration;
        return new ParameterResource(name, otherwise => Configured(configuration, name) ?? value(otherwise), secret) { Default = fallback };
    }

    private static string? Configured(ConfigurationManager configuration, string name) =>
        new[] { $"Parameters:{name}", $"Parameters:{name.Replace('-', '_')}" }.Select(key => configuration[key]).FirstOrDefault(value => !string.IsNullOrEmpty(value));

    private static KeptDefault Keep(IDistributedApplicationBuilder builder, string name, ParameterDefault value) =>
        new(DataFolder.Of(builder), $"Parameters:{name}", value);
}
