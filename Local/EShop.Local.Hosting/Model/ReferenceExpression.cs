using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text with holes, filled when the application runs: <c>ReferenceExpression.Create($"{users.GetEndpoint("http")}/hook")</c>.</summary>
public class ReferenceExpression : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>The empty text.</summary>
    public static readonly ReferenceExpression Empty = new("", [], [], []);

    private ReferenceExpression(string format, IValueProvider[] providers, string[] manifest, string?[] formats) =>
        (Format, ValueProviders, ManifestExpressions, StringFormats) = (format, providers, manifest, formats);

    /// <summary>The text, with <c>{0}</c>, <c>{1}</c> … for the holes.</summary>
    public string Format { get; }

    /// <summary>What fills the holes.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>How the manifest writes each hole.</summary>
    public IReadOnlyList<string> ManifestExpressions { get; }

    /// <summary>How each hole's value is written: <c>uri</c> encodes it for a URL, null leaves it alone.</summary>
    public IReadOnlyList<string?> StringFormats { get; }

    /// <inheritdoc/>
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    /// <summary>An expression from an interpolated string whose holes are endpoints, parameters, connection strings or plain text.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    /// <summary>The text, its holes filled.</summary>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = await ValueProviders[i].GetValueAsync(cancellationToken).ConfigureAwait(false);
            values[i] = StringFormats[i] == "uri" && value is not null ? Uri.EscapeDataString(value) : value;
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <summary>What the compiler calls for the interpolated string.</summary>
    /// <param name="literalLength">Characters outside the holes.</param>
    /// <param name="formattedCount">Number of holes.</param>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _format = new(literalLength + formattedCount * 3);
        private readonly List<IValueProvider> _providers = new(formattedCount);
        private readonly List<string> _manifest = new(formattedCount);
        private readonly List<string?> _formats = new(formattedCount);

        /// <summary>Text outside the holes.</summary>
        public readonly void AppendLiteral(string value) => _format.Append(Escape(value));

        /// <summary>A hole filled with text that is known already.</summary>
        public readonly void AppendFormatted(string? value) => _format.Append(Escape(value ?? ""));

        /// <summary>A hole filled when the application runs.</summary>
        public readonly void AppendFormatted<T>(T valueProvider) where T : IValueProvider, IManifestExpressionProvider => Append(valueProvider, null);

        /// <summary>A hole filled when the application runs, written in a format of <see cref="StringFormats"/>.</summary>
        public readonly void AppendFormatted<T>(T valueProvider, string format) where T : IValueProvider, IManifestExpressionProvider => Append(valueProvider, format);

        /// <summary>A hole filled with a resource's value.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider) where T : IResource, IValueProvider, IManifestExpressionProvider =>
            Append(valueProvider.Resource, null);

        internal readonly ReferenceExpression Build() => new(_format.ToString(), [.. _providers], [.. _manifest], [.. _formats]);

        private readonly void Append<T>(T valueProvider, string? format) where T : IValueProvider, IManifestExpressionProvider
        {
            _format.Append(CultureInfo.InvariantCulture, $"{{{_providers.Count}}}");
            _providers.Add(valueProvider);
            _manifest.Add(format == "uri" && valueProvider is ParameterResource parameter ? $"{{{parameter.Name}-uri-encoded.value}}" : valueProvider.ValueExpression);
            _formats.Add(format);
        }

        private static string Escape(string value) => value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
    }
}
