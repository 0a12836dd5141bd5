using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A place where a resource listens.</summary>
/// <param name="protocol">TCP for all that we run.</param>
/// <param name="uriScheme">Scheme of its URL, by default the protocol's name.</param>
/// <param name="transport">By default <c>http</c> for http and https, else the protocol's name.</param>
/// <param name="name">By default the scheme.</param>
/// <param name="port">The port that others use; null for a free one.</param>
/// <param name="targetPort">The port that the process listens on; null for the same.</param>
/// <param name="isExternal">Whether it is meant for callers outside the application.</param>
/// <param name="isProxied">Whether a proxy may stand before it.</param>
public sealed class EndpointAnnotation(
    ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null,
    int? port = null, int? targetPort = null, bool? isExternal = null, bool isProxied = true) : IResourceAnnotation
{
    /// <summary>TCP for all that we run.</summary>
    public ProtocolType Protocol { get; set; } = protocol;

    /// <summary>Scheme of its URL.</summary>
    public string UriScheme { get; set; } = uriScheme ?? Lower(protocol);

    /// <summary>What is spoken there.</summary>
    public string Transport { get; set; } = transport ?? (uriScheme is "http" or "https" ? "http" : Lower(protocol));

    /// <summary>Unique for the resource.</summary>
    public string Name { get; set; } = name ?? uriScheme ?? Lower(protocol);

    /// <summary>The port that others use; null for a free one.</summary>
    public int? Port { get; set; } = port;

    /// <summary>The port that the process listens on; null for the same.</summary>
    public int? TargetPort { get; set; } = targetPort;

    /// <summary>The address to listen on.</summary>
    public string TargetHost { get; set; } = "localhost";

    /// <summary>Whether it is meant for callers outside the application.</summary>
    public bool IsExternal { get; set; } = isExternal ?? false;

    /// <summary>Whether a proxy may stand before it; the local host never puts one there.</summary>
    public bool IsProxied { get; set; } = isProxied;

    /// <summary>Where it really is, once the application starts.</summary>
    public AllocatedEndpoint? AllocatedEndpoint { get; set; }

    private static string Lower(ProtocolType protocol) => protocol == ProtocolType.Udp ? "udp" : "tcp";
}

/// <summary>Where an endpoint really is.</summary>
/// <param name="endpoint">The endpoint.</param>
/// <param name="address">Host name for callers.</param>
/// <param name="port">Port for callers.</param>
/// <param name="targetPortExpression">The process's own port, where it differs.</param>
public class AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port, string? targetPortExpression = null)
{
    /// <summary>The endpoint.</summary>
    public EndpointAnnotation Endpoint { get; } = endpoint;

    /// <summary>Host name for callers.</summary>
    public string Address { get; } = address;

    /// <summary>Port for callers.</summary>
    public int Port { get; } = port;

    /// <summary>The process's own port, where it differs.</summary>
    public string? TargetPortExpression { get; } = targetPortExpression;

    /// <summary>Scheme of its URL.</summary>
    public string UriScheme => Endpoint.UriScheme;

    /// <summary>Host and port.</summary>
    public string EndPointString => $"{Address}:{Port}";

    /// <summary>The URL.</summary>
    public string UriString => $"{UriScheme}://{EndPointString}";
}
