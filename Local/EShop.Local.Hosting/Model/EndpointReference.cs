using System.Globalization;
using EShop.Local.Hosting;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint of a resource, before anybody knows its port.</summary>
/// <param name="owner">Whose endpoint.</param>
/// <param name="endpointName">Which one.</param>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>A reference to an endpoint that is at hand.</summary>
    /// <param name="owner">Whose endpoint.</param>
    /// <param name="endpoint">The endpoint.</param>
    public EndpointReference(IResourceWithEndpoints owner, EndpointAnnotation endpoint) : this(owner, endpoint.Name)
    {
    }

    /// <summary>Whose endpoint.</summary>
    public IResourceWithEndpoints Resource { get; } = owner;

    /// <summary>Which one.</summary>
    public string EndpointName { get; } = endpointName;

    /// <summary>The endpoint; throws where the resource has none of that name.</summary>
    public EndpointAnnotation EndpointAnnotation => Find() ?? throw new InvalidOperationException($"'{Resource.Name}' has no endpoint named '{EndpointName}'.");

    /// <summary>Whether the resource has such an endpoint.</summary>
    public bool Exists => Find() is not null;

    /// <summary>Whether its port is known.</summary>
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;

    /// <summary>Whether it speaks plain HTTP.</summary>
    public bool IsHttp => Scheme == "http";

    /// <summary>Whether it speaks HTTP over TLS.</summary>
    public bool IsHttps => Scheme == "https";

    /// <summary>Scheme of its URL.</summary>
    public string Scheme => EndpointAnnotation.UriScheme;

    /// <summary>Host name for callers; throws before the application starts.</summary>
    public string Host => Allocated.Address;

    /// <summary>Port for callers; throws before the application starts.</summary>
    public int Port => Allocated.Port;

    /// <summary>The process's own port.</summary>
    public int? TargetPort => ReplicaPorts.Of(EndpointAnnotation) ?? EndpointAnnotation.TargetPort;

    /// <summary>The URL; throws before the application starts.</summary>
    public string Url => Allocated.UriString;

    string IManifestExpressionProvider.ValueExpression => $"{{{Resource.Name}.bindings.{EndpointName}.url}}";

    IEnumerable<object> IValueWithReferences.References => [Resource];

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"The endpoint '{EndpointName}' of '{Resource.Name}' has no port before the application starts.");

    /// <summary>A part of it, as a value of its own.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    /// <summary>The URL.</summary>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Url);

    private EndpointAnnotation? Find() => Resource.Annotations.OfType<EndpointAnnotation>()
        .SingleOrDefault(e => string.Equals(e.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A part of an endpoint.</summary>
public enum EndpointProperty
{
    /// <summary>The URL.</summary>
    Url,

    /// <summary>Host name for callers.</summary>
    Host,

    /// <summary>The host's IPv4 address.</summary>
    IPV4Host,

    /// <summary>Port for callers.</summary>
    Port,

    /// <summary>Scheme of the URL.</summary>
    Scheme,

    /// <summary>The process's own port.</summary>
    TargetPort,

    /// <summary>Host and port.</summary>
    HostAndPort,

    /// <summary>Whether it speaks TLS: <c>True</c> or <c>False</c>.</summary>
    TlsEnabled,
}

/// <summary>A part of an endpoint, as a value.</summary>
/// <param name="endpointReference">The endpoint.</param>
/// <param name="property">The part.</param>
public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property)
    : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint { get; } = endpointReference;

    /// <summary>The part.</summary>
    public EndpointProperty Property { get; } = property;

    /// <inheritdoc/>
    public string ValueExpression
    {
        get
        {
            var name = Property.ToString();
            return $"{{{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}.{char.ToLowerInvariant(name[0])}{name[1..]}}}";
        }
    }

    IEnumerable<object> IValueWithReferences.References => [Endpoint];

    /// <summary>The part's value.</summary>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Property switch
    {
        EndpointProperty.Url => Endpoint.Url,
        EndpointProperty.Host => Endpoint.Host,
        EndpointProperty.IPV4Host => "127.0.0.1",
        EndpointProperty.Port => Text(Endpoint.Port),
        EndpointProperty.Scheme => Endpoint.Scheme,
        EndpointProperty.TargetPort => Text(Endpoint.TargetPort ?? Endpoint.Port),
        EndpointProperty.HostAndPort => $"{Endpoint.Host}:{Endpoint.Port}",
        EndpointProperty.TlsEnabled => (Endpoint.Scheme is "https" or "rediss").ToString(),
        _ => throw new InvalidOperationException($"An endpoint has no property '{Property}'."),
    });

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
