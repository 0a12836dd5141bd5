using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EShop.Local.Dashboard;

/// <summary>Where it listens: on this machine alone, whatever the addresses say, and for hosts of this machine alone.</summary>
internal static class Listening
{
    /// <summary>The address for OTLP over gRPC. Without TLS a port speaks HTTP/1.1 or HTTP/2: so it has one of its own.</summary>
    public const string Grpc = "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL";

    public static void Listen(this WebApplicationBuilder builder)
    {
        // A page of somebody else's whose name was made to point here asks with its own name, and gets nothing.
        builder.Configuration["AllowedHosts"] = "localhost;127.0.0.1;[::1]";
        builder.WebHost.UseStaticWebAssets();

        var ui = PortOf(builder.Configuration["urls"], 5180);
        var grpc = PortOf(builder.Configuration[Grpc], 0);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 * 1024 * 1024;
            On(kestrel, ui, HttpProtocols.Http1);
            On(kestrel, grpc, HttpProtocols.Http2);
        });
    }

    private static void On(KestrelServerOptions kestrel, int port, HttpProtocols protocols)
    {
        // A free port can't be the same one in both of the machine's address families.
        if (port == 0)
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        else
            kestrel.ListenLocalhost(port, listen => listen.Protocols = protocols);
    }

    private static int PortOf(string? urls, int otherwise) =>
        urls?.Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() is { } url ? BindingAddress.Parse(url).Port : otherwise;
}
