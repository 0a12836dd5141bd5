using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EShop.ServiceDefaults;

/// <summary>Who is at the other end, for what is counted by address.</summary>
public static class ClientAddress
{
    /// <summary>Takes the client's address, scheme and host from <c>X-Forwarded-*</c>, if and only if the connection comes from one of these networks: a header of anybody
    /// else's is not looked at. Takes effect with <c>app.UseForwardedHeaders()</c>.</summary>
    /// <param name="networks">The networks (CIDR) to believe where <c>ForwardedHeaders:KnownNetworks</c> names none.</param>
    public static WebApplicationBuilder TrustProxies(this WebApplicationBuilder builder, params string[] networks)
    {
        networks = builder.Configuration.GetSection("ForwardedHeaders:KnownNetworks").Get<string[]>() ?? networks;
        if (networks.Length == 0)
            return builder; // Two empty lists would mean to the framework that everybody is believed.
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in networks)
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        });
        return builder;
    }

    /// <summary>The client's address as a key to count under: of an IPv6 address the network (/64), since whoever has one address there has them all; empty if there is none.</summary>
    public static string AddressKey(this HttpContext http) => KeyOf(http.Connection.RemoteIpAddress);

    internal static string KeyOf(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}
