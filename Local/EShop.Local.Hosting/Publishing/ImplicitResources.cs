using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>What a manifest has to describe although the model does not name it: made-up passwords, encoded forms of parameters, values that a deployment decides.</summary>
internal sealed class ImplicitResources(DistributedApplicationModel model)
{
    private readonly HashSet<IResource> _seen = [];
    private readonly List<ParameterResource> _parameters = [];
    private readonly HashSet<ParameterResource> _encoded = [];
    private readonly List<TlsSuffix> _suffixes = [];

    /// <summary>Looks into a value for what it is made of.</summary>
    public void Add(object value)
    {
        if (value is IResource resource && !_seen.Add(resource))
            return; // A server's connection string is made of its endpoint, which leads back to the server.
        if (value is ParameterResource parameter and not IResourceWithConnectionString && !_parameters.Contains(parameter))
            _parameters.Add(parameter);
        if (value is TlsSuffix suffix && !_suffixes.Any(other => other.Name == suffix.Name))
            _suffixes.Add(suffix);
        if (value is ReferenceExpression expression)
        {
            foreach (var (provider, format) in expression.ValueProviders.Zip(expression.StringFormats))
            {
                if (provider is ParameterResource one && format == "uri")
                    _encoded.Add(one);
            }
        }

        foreach (var reference in (value as IValueWithReferences)?.References ?? [])
            Add(reference);
    }

    /// <summary>All that was found and is not in the model, by name.</summary>
    public IEnumerable<(string Name, JsonObject Described)> Describe()
    {
        foreach (var parameter in _parameters)
        {
            if (!model.Resources.Contains(parameter))
                yield return (parameter.Name, Parameter(parameter));
            if (_encoded.Contains(parameter))
                yield return ($"{parameter.Name}-uri-encoded", new() { ["type"] = "annotated.string", ["value"] = parameter.ValueExpression, ["filter"] = "uri" });
        }

        foreach (var suffix in _suffixes)
            yield return (suffix.Name, new() { ["type"] = "value.v0", ["connectionString"] = "" });
    }

    /// <summary>A value that the operator gives, or that is made up for him.</summary>
    public static JsonObject Parameter(ParameterResource parameter)
    {
        var described = new JsonObject { ["type"] = "parameter.v0" };
        if (parameter.IsConnectionString)
            described["connectionString"] = $"{{{parameter.Name}.value}}";
        described["value"] = $"{{{parameter.Name}.inputs.value}}";
        var input = new JsonObject { ["type"] = "string" };
        if (parameter.Secret)
            input["secret"] = true;
        if (Default(parameter.Default) is { } value)
            input["default"] = value;
        described["inputs"] = new JsonObject { ["value"] = input };
        return described;
    }

    private static JsonObject? Default(ParameterDefault? value) => value switch
    {
        PublishedDefault published => new() { ["value"] = published.GetDefaultValue() },
        KeptDefault kept => Default(kept.Maker),
        GenerateParameterDefault generate => new() { ["generate"] = Generate(generate) },
        _ => null,
    };

    // What is as usual is left out.
    private static JsonObject Generate(GenerateParameterDefault rule)
    {
        var described = new JsonObject { ["minLength"] = rule.MinLength };
        foreach (var (name, isOn) in new[] { ("lower", rule.Lower), ("upper", rule.Upper), ("numeric", rule.Numeric), ("special", rule.Special) })
        {
            if (!isOn)
                described[name] = false;
        }

        foreach (var (name, least) in new[] { ("minLower", rule.MinLower), ("minUpper", rule.MinUpper), ("minNumeric", rule.MinNumeric), ("minSpecial", rule.MinSpecial) })
        {
            if (least > 0)
                described[name] = least;
        }

        return described;
    }
}
