using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>A made-up value that is the same at the next start.</summary>
internal sealed class KeptDefault(DataFolder data, string key, ParameterDefault value) : ParameterDefault
{
    /// <summary>What makes the value up.</summary>
    public ParameterDefault Maker { get; } = value;

    public override string GetDefaultValue() => data.Secret(key, Maker.GetDefaultValue);
}
