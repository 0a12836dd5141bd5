namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that an operator decides: configuration <c>Parameters:NAME</c>, or its default.</summary>
/// <param name="name">Unique in the model.</param>
/// <param name="callback">Gives the value; asked once, throws <see cref="MissingParameterValueException"/> where there is none.</param>
/// <param name="secret">Whether it must not be shown.</param>
public class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
    : Resource(name), IManifestExpressionProvider, IValueProvider
{
    private readonly Lock _once = new();
    private string? _value;

    /// <summary>Whether it must not be shown.</summary>
    public bool Secret { get; } = secret;

    /// <summary>Where the value comes from if nobody configured it.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>Whether it is a whole connection string, configured as <c>ConnectionStrings:NAME</c>.</summary>
    public bool IsConnectionString { get; set; }

    /// <summary>What it is for, for the person who has to give or use it.</summary>
    public string? Description { get; set; }

    /// <summary>The value.</summary>
    public string Value
    {
        get
        {
            lock (_once)
                return _value ??= callback(Default);
        }
    }

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    /// <inheritdoc cref="Value"/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(Value);
}

/// <summary>A parameter's value where nobody configured one.</summary>
public abstract class ParameterDefault
{
    /// <summary>The value.</summary>
    public abstract string GetDefaultValue();
}
